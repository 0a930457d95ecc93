// The page: asks one thing after the other, and says in words what came of it, with the setting to look at where something is wrong.
import * as probes from './check/probes.js';

const STATES = { waiting: 'waiting', good: 'good', note: 'worth knowing', bad: 'needs attention' };
const again = document.getElementById('again');
const lines = [...document.querySelectorAll('#lines > li')];
let running = false;

/** Puts `text` into `element`; what stands between backticks is the name of something. */
function write(element, text) {
  element.replaceChildren(...text.split('`').map((part, i) => {
    if (i % 2 === 0) return document.createTextNode(part);
    const code = document.createElement('code');
    code.textContent = part;
    return code;
  }));
  return element;
}

/** Shows a line: its state, what was found, and sentences or lists of sentences that explain it. */
function show(id, state, found, ...why) {
  const line = document.getElementById(id);
  line.dataset.state = state;
  line.querySelectorAll(':scope > :not(h2)').forEach((old) => old.remove());
  const paragraph = (name, text) => {
    const element = write(document.createElement('p'), text);
    if (name) element.className = name;
    return element;
  };
  line.append(paragraph('state', STATES[state]));
  if (found) line.append(paragraph('found', found));
  for (const part of why) {
    if (!Array.isArray(part)) {
      line.append(paragraph('', part));
      continue;
    }
    const list = document.createElement('ul');
    list.append(...part.map((text) => write(document.createElement('li'), text)));
    line.append(list);
  }
}

const stateOf = (id) => document.getElementById(id).dataset.state;
const titleOf = (line) => line.querySelector('h2').textContent;
const list = (addresses) => addresses.map((address) => '`' + address + '`').join(', ');

// --- the address ---

const isLoopback = (host) => /^(localhost|127\.[\d.]+|\[?::1\]?)$/.test(host);
const isPrivate = (address) => /^(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cd])/.test(address);
const isPublicV4 = (address) => /^[\d.]+$/.test(address) && !isPrivate(address) && !/^(169\.254|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(address);

/** What speaks for a proxy before the server, which itself speaks plain HTTP and gives itself no name; or ''. */
function signOfProxy(me, name) {
  if (name) return `something that calls itself ${name} answers for the server`;
  if (location.protocol === 'https:') return 'the page came over HTTPS, which the server itself does not speak';
  return isLoopback(me.address) && !isLoopback(location.hostname) ? 'the address is the server\'s own machine' : '';
}

function why(me) {
  const way = me.trustedProxies.length > 1 ? `trusted proxies, passed in this order: ${list(me.trustedProxies)}` : `a trusted proxy, ${list(me.trustedProxies)}`;
  if (me.source === 'socket') return 'It is the other end of the connection itself: no proxy stands between, as far as the server can see.';
  if (me.source === 'x-forwarded-for') return `It stands in \`X-Forwarded-For\`, which came through ${way}. \`TRUSTED_PROXIES\` says which ones are.`;
  return `It stands in \`${me.source}\`, which \`CLIENT_IP_HEADER\` names and which came through ${way}.`;
}

/** At home a private address is right. Where one proxy stands behind another, it is the other's; nothing in a request need tell. */
function doubtOfPrivate(me) {
  return me.source === 'socket' || !isPrivate(me.address) || isLoopback(location.hostname) ? []
    : ['That is a private address: right if this device is in the same network as the server. If it is not, there is a second proxy in front of the first, which has to believe it (in nginx `set_real_ip_from` and `real_ip_header`, in Caddy `trusted_proxies`).'];
}

function showAddress({ status, body: me, proxy }) {
  if (status !== 200 || !me?.address) {
    show('address', 'bad', 'The server did not say.', `\`/api/whoami\` was answered with ${status || 'nothing'}. A proxy in front of the server has to pass on every path, and the name that the browser asks for.`);
    show('network', 'note', 'Unknown, since the address is.');
    return;
  }
  const sign = me.source === 'socket' ? signOfProxy(me, proxy) : '';
  if (me.warning) {
    show('address', 'bad', `\`${me.address}\``, me.warning.startsWith('CLIENT_IP_HEADER') ? 'A visitor may be able to choose it.' : 'Probably a proxy\'s, and not this device\'s.', me.warning.replace(/\b(X-[A-Za-z-]*[a-z]|[A-Z]+(_[A-Z]+)+(=[A-Za-z-]+)?)/g, '`$1`'));
  } else if (sign) {
    show('address', 'bad', `\`${me.address}\``, `Probably a proxy's, and not this device's: ${sign}, and the server was told of nobody behind it.`, isPrivate(me.address)
      ? 'Have the proxy set `X-Forwarded-For` (nginx: `proxy_set_header X-Forwarded-For $remote_addr;`), or name the header that it sets in `CLIENT_IP_HEADER`.'
      : 'If it is your proxy\'s, add it, or its range, to `TRUSTED_PROXIES`, and have the proxy set `X-Forwarded-For`.');
  } else {
    show('address', 'good', `\`${me.address}\``, why(me), ...doubtOfPrivate(me));
  }
  showNetwork(me);
}

function showNetwork(me) {
  const count = me.othersInNetwork === 1 ? '1 other is listed there' : `${me.othersInNetwork} others are listed there`;
  const who = me.network === 'loopback' ? 'browsers on the server\'s own machine'
    : me.network.endsWith('/64') ? 'devices that reach the server over IPv6 from this network. One that reaches it over IPv4 is in another: then give the server\'s name only one kind of address'
    : me.network.endsWith('/24') ? 'devices whose addresses differ in the last number alone. Those of another subnet are not seen: they meet by a code'
    : 'devices behind this one address: a home, an office';
  const found = `\`${me.network}\`: ${count}.`;
  if (stateOf('address') === 'bad') {
    show('network', 'note', found, 'Those who come through the same proxy are all in it, strangers too, until the address above is right.');
  } else {
    show('network', 'good', found, `That is ${who}. Open DropSilk on another of your devices and check again: the number has to grow. If it does not, open this page there too; both have to show the same network.`);
  }
}

/** The address that a STUN server sees should be the one that this server sees, if both are public. */
function compare(me, seenByStun) {
  const other = seenByStun.find(isPublicV4);
  if (stateOf('address') === 'good' && other && isPublicV4(me.address) && !seenByStun.includes(me.address)) {
    show('address', 'note', `\`${me.address}\``, why(me), `The STUN server sees this device at \`${other}\`. If no VPN explains that, the address above is a proxy's: set \`CLIENT_IP_HEADER\` to the header in which it names its clients, or add it to \`TRUSTED_PROXIES\`.`);
  }
}

// --- the socket ---

async function checkSocket(proxy) {
  try {
    const line = await probes.Line.open();
    line.close();
    show('socket', 'good', `It opens, in ${line.milliseconds} ms.`);
    return true;
  } catch (failure) {
    const [found, ...cure] = await whySocketFails(failure, proxy);
    show('socket', 'bad', found, ...cure);
    return false;
  }
}

/** A browser does not say why; what else the server answers does. A method other than GET carries the page's origin, as a socket does. */
async function whySocketFails(failure, proxy) {
  const allowed = await probes.ask('OPTIONS', '/api/whoami');
  if (allowed.status === 403) {
    return ['The server refuses sockets of this page.', `It admits the page where \`PUBLIC_SERVER_URL\` is \`${location.origin}\`: set it so. Outside production it admits \`http://localhost\` and this machine's own addresses, with its own port, too.`];
  }
  const status = await probes.ask('GET', '/api/status');
  if (status.body?.services?.websocket?.status === 'degraded') {
    return ['The server is full.', 'Look at `MAX_CONNECTIONS`.'];
  }
  if (failure.message.startsWith('no registered')) {
    return ['It opens, but nothing comes through.', 'A proxy that keeps answers back until they are whole has to stop that for `/`.'];
  }
  const nginx = 'In nginx: `proxy_http_version 1.1;` `proxy_set_header Upgrade $http_upgrade;` `proxy_set_header Connection "upgrade";`';
  return ['It does not open, though the server answers otherwise.', [
    `${proxy ? `What calls itself ${proxy} does not pass on the upgrade` : 'If a proxy stands before the server, it has to pass on the upgrade'} to a WebSocket. ${nginx}`,
    'If other devices can: this network, or a program on this device, lets no WebSocket through. With HTTPS most do.',
    'If all of one network can not: look at `MAX_CONNECTIONS_PER_NETWORK`.',
  ]];
}

// --- the ways ---

const NO_TURN = 'No TURN server is configured. Devices in one network do without; of those in different networks some pairs will not find a way. Set `TURN_URLS` and `TURN_SHARED_SECRET` for a server of your own, or `CLOUDFLARE_TURN_TOKEN_ID` and `CLOUDFLARE_API_TOKEN`.';

/** The TURN servers to use: none where none is configured, null where they can't be had, which is shown then. */
async function turnServers() {
  const { status, body } = await probes.ask('POST', '/api/turn-credentials');
  if (status === 200 && Array.isArray(body?.iceServers)) return body.iceServers;
  if (status === 501) return [];
  const reasons = {
    403: `The server gives this page no TURN credentials: set \`PUBLIC_SERVER_URL\` to \`${location.origin}\`.`,
    429: 'Too many asked from this network for TURN credentials: wait a minute, or look at `API_RATE_PER_MINUTE`.',
    502: 'The server could get no TURN credentials. Look for `turn:error` in its log, and at `CLOUDFLARE_TURN_TOKEN_ID` and `CLOUDFLARE_API_TOKEN`.',
  };
  show('ways', 'bad', 'TURN was not tried.', reasons[status] ?? `\`/api/turn-credentials\` was answered with ${status || 'nothing'}.`);
  return null;
}

function complaint({ kind, url, code, text }) {
  if (kind === 'refused') return `\`${url}\` refuses the credentials: \`TURN_SHARED_SECRET\` has to be its \`static-auth-secret\`, and both clocks have to be right.`;
  if (kind === 'unfound') return `\`${url}\` gave no answer, and this browser found no address for its name, at least not of one kind: that is harmless where the name has an IPv4 address alone and this device has IPv6. Look at the name and port in \`TURN_URLS\`, and whether a firewall lets them through.`;
  if (kind === 'silent') return `\`${url}\` does not answer from here: look at the name and port in \`TURN_URLS\`, and whether a firewall lets them through.`;
  return `\`${url}\` says ${code} ${text}.`;
}

async function checkWays(servers, me) {
  let found;
  try {
    found = await probes.ways(servers);
  } catch (failure) {
    show('ways', 'bad', 'This browser does not take the TURN server.', `It says: ${failure.message}. Look at \`TURN_URLS\`.`);
    return false;
  }
  const hidden = found.host.length > 0 && found.host.every((address) => address.endsWith('.local'));
  const relays = servers.flatMap((server) => server.urls).filter((url) => /^turns?:/i.test(url));
  const kinds = [
    `Directly (host): ${found.host.length === 0 ? 'none' : hidden ? 'found; the browser keeps the addresses to itself' : list(found.host)}`,
    `Through the router (server-reflexive): ${found.srflx.length > 0 ? list(found.srflx) : servers.length === 0 ? 'not tried, it takes a STUN or TURN server' : 'none of its own'}`,
    `Over the relay: ${found.relay.length > 0 ? list(found.relay) : relays.length === 0 ? 'not tried, it takes a TURN server' : 'none'}`,
  ];
  if (me) compare(me, found.srflx);
  if (relays.length === 0) {
    show('ways', 'note', found.host.length > 0 ? 'Directly alone.' : 'None.', kinds, NO_TURN);
  } else if (found.relay.length === 0) {
    const complaints = found.complaints.map(complaint);
    show('ways', 'bad', 'The relay is not reached.', kinds, complaints.length > 0 ? complaints : `Neither an answer nor an error came from ${list(relays)}: look at \`TURN_URLS\`, and whether a firewall lets them through.`);
  } else {
    show('ways', 'good', 'The relay is reached.', kinds);
  }
  return found.relay.length > 0;
}

// --- the flight ---

const STEPS = {
  create: 'The server made no code.',
  join: 'The second socket did not meet the first.',
  link: 'They met, and found no way to each other.',
  bytes: 'They found a way, and the bytes did not all arrive.',
};

async function checkFlight(servers, overRelay) {
  try {
    const { bytes, seconds, kind } = await probes.flight(servers, overRelay);
    const way = overRelay ? 'over the relay alone' : kind === 'host' || kind === '' ? 'directly' : `directly (${kind})`;
    show('flight', 'good', `${bytes / 1024} KiB arrived ${way}, in ${seconds.toFixed(2)} s.`, 'Two sockets met by a code, exchanged signals through the server, and made a data channel.');
  } catch (failure) {
    const cure = failure.step !== 'link' && failure.step !== 'bytes' ? 'Look for `client:error` and `flight:error` in the server\'s log.'
      : overRelay ? 'The TURN server takes its credentials, but passes nothing on: its relay ports (coturn: `min-port` to `max-port`, UDP) have to be open, `external-ip` has to be right behind NAT, and `denied-peer-ip` must not deny its own address.'
      : 'This browser, or a program on this device, lets no WebRTC through.';
    show('flight', 'bad', STEPS[failure.step] ?? 'It did not take off.', `What was seen: ${failure.message}.`, cure);
  }
}

// --- all of it ---

function say(text) {
  document.getElementById('summary').textContent = text;
}

async function run() {
  lines.forEach((line) => show(line.id, 'waiting', ''));
  say('Looking at the address and the network.');
  const answer = await probes.ask('GET', '/api/whoami');
  showAddress(answer);

  say('Trying the socket.');
  const opens = await checkSocket(answer.proxy);

  say('Looking for ways to other devices. This can take some seconds.');
  const hasWebRtc = typeof RTCPeerConnection === 'function';
  const servers = hasWebRtc ? await turnServers() : null;
  if (!hasWebRtc) show('ways', 'bad', 'This browser has no WebRTC.', 'Another browser, or another setting of this one, is needed.');
  const relayed = servers !== null && await checkWays(servers, answer.body);

  say('Flying with itself.');
  if (!opens || servers === null || stateOf('ways') === 'bad') {
    show('flight', 'note', 'Not flown.', `It takes what needs attention above: ${lines.slice(2, 4).filter((line) => line.dataset.state === 'bad').map(titleOf).join(', ')}.`);
  } else {
    await checkFlight(servers, relayed);
  }
  summarise();
}

function summarise() {
  const named = (state) => lines.filter((line) => line.dataset.state === state).map(titleOf).join(', ');
  const [bad, note] = [named('bad'), named('note')];
  say(bad ? `Needs attention: ${bad}.` : note ? `It will do. Worth knowing: ${note}.` : 'It will do: everything is good.');
}

async function start() {
  if (running) return;
  running = true;
  again.setAttribute('aria-disabled', 'true');
  try {
    await run();
  } catch (fault) {
    say(`The check itself failed: ${fault.message}`);
  } finally {
    running = false;
    again.removeAttribute('aria-disabled');
    again.hidden = false;
  }
}

again.addEventListener('click', start);
start();
