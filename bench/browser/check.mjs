// What /check says, in a real browser, for each usual way to be right or wrong. Started by ./check.
import { networkInterfaces } from 'node:os';
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coturn, directory, jar, nginx, stopAll } from './servers.mjs';

const { chromium } = createRequire(process.env.MODULES + '/')('playwright-core');
const base = Number(process.argv[2]);
const SERVER = base;
const TURN = base + 40;
const SECRET = 'north wind, no clouds';
const NAME = 'turn.test';
const LINES = ['address', 'network', 'socket', 'ways', 'flight'];

let failures = 0;
function check(text, holds, otherwise = '') {
  if (!holds) failures++;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${text}${holds ? '' : `: ${otherwise}`}`);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  // A name with an IPv4 address alone, as many a TURN server's; for WebRTC Chromium looks it up with a dot at its end.
  args: [`--host-resolver-rules=MAP ${NAME}* 127.0.0.1`, '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** Opens the page and waits until it has looked at everything. */
async function open(url, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const foreign = [];
  const complaints = [];
  page.on('request', (request) => { if (!request.url().startsWith(new URL(url).origin)) foreign.push(request.url()); });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => { if (/Content Security|Trusted/i.test(message.text())) complaints.push(message.text()); });
  await page.goto(url);
  await page.waitForSelector('#again:not([hidden])', { timeout: 90_000 });
  const lines = {};
  for (const id of LINES) {
    lines[id] = { state: await page.getAttribute(`#${id}`, 'data-state'), text: (await page.innerText(`#${id}`)).replace(/\s+/g, ' ') };
  }
  return { page, context, lines, foreign, complaints, summary: await page.innerText('#summary') };
}

/** Opens the page at `url` and holds its lines to `expected`: for each id a state and what has to stand in it. */
async function holds(name, url, expected) {
  const seen = await open(url);
  for (const [id, [state, ...texts]] of Object.entries(expected)) {
    const line = seen.lines[id];
    check(`${name}: ${id} is ${state}: ${texts.join(' … ')}`, line.state === state && texts.every((text) => line.text.includes(text)), `${line.state}: ${line.text}`);
  }
  check(`${name}: no request elsewhere, no complaint of the browser's`, seen.foreign.length + seen.complaints.length === 0, [...seen.foreign, ...seen.complaints].join('; '));
  await seen.context.close();
  return seen;
}

const at = (port, host = '127.0.0.1') => `http://${host}:${port}/check`;
const turn = (port, secret = SECRET, host = '127.0.0.1') => ({ TURN_URLS: `stun:${host}:${port},turn:${host}:${port}?transport=udp`, TURN_SHARED_SECRET: secret });
const UPGRADE = ['proxy_http_version 1.1;', 'proxy_set_header Upgrade $http_upgrade;', 'proxy_set_header Connection "upgrade";'];
const FORWARDED = 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;';

/** What the page blames which TURN server for, of what browsers tell; without a browser. */
async function judging() {
  const source = readFileSync(new URL('../../src/main/resources/xyz/dropsilk/server/api/check/probes.js', import.meta.url), 'utf8');
  const { complaints } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
  const lookup = (url) => ({ url, code: 701, text: 'TURN host lookup received error.' });
  const silent = (url) => ({ url, code: 701, text: 'TURN allocate request timed out.' });
  const refused = (url) => ({ url, code: 401, text: 'Unauthorized' });
  const [stun, udp, tcp] = ['stun:a.test:3478', 'turn:a.test:3478?transport=udp', 'turn:A.test:3478?transport=tcp'];
  for (const [text, errors, reached, expected] of [
    ['nothing told, nothing blamed', [], [], ''],
    ['a lookup alone is no dead server', [lookup(udp)], [], `unfound ${udp}`],
    ['a lookup that failed from one interface is nothing where a candidate came', [lookup(udp), lookup(stun)], [udp], ''],
    ['nor where one came from another URL of that host', [lookup(udp)], [stun], ''],
    ['refused credentials say that the name was found', [lookup(stun), lookup(udp), refused(udp), lookup(tcp)], [], `refused ${udp}`],
    ['refused credentials come first', [silent(tcp), lookup(udp), refused(udp)], [], `refused ${udp}, silent ${tcp}`],
    ['a time limit says more than a lookup', [lookup(udp), silent(udp)], [], `silent ${udp}`],
    ['a candidate disproves a time limit from another interface', [silent(udp)], [udp], ''],
    ['what another host says proves nothing', [lookup(udp), refused('turn:b.test')], [], `refused turn:b.test, unfound ${udp}`],
    ['the rest is told as it is', [{ url: udp, code: 486, text: 'Quota' }, silent(tcp)], [], `other ${udp}, silent ${tcp}`],
    ['an address in brackets is a host, too', [lookup('turn:[::1]:1'), refused('turn:[::1]:2')], [], 'refused turn:[::1]:2'],
  ]) {
    const seen = complaints(errors, reached).map(({ kind, url }) => `${kind} ${url}`).join(', ');
    check(`judging: ${text}`, seen === expected, seen);
  }
}

async function alone() {
  const stop = await jar(SERVER);
  const expected = {
    address: ['good', '127.0.0.1', 'no proxy stands between'],
    network: ['good', 'loopback: 0 others are listed there'],
    socket: ['good', 'It opens, in'],
    ways: ['note', 'Directly (host): found', 'TURN_URLS'],
    flight: ['good', '1024 KiB arrived directly'],
  };
  const seen = await holds('no TURN', at(SERVER), expected);
  check('no TURN: the summary says so', seen.summary === 'It will do. Worth knowing: Ways to other devices.', seen.summary);
  const own = Object.values(networkInterfaces()).flat().find((each) => each.family === 'IPv4' && !each.internal)?.address;
  if (own) await holds('by this machine\'s own address', at(SERVER, own), { ...expected, address: ['good', own], network: ['good', ': 0 others'] });
  await accessible();
  await stop();
}

async function withTurn() {
  let stop = await jar(SERVER, turn(TURN));
  let stopTurn = await coturn(TURN, SECRET);
  const seen = await holds('own TURN', at(SERVER), {
    ways: ['good', 'The relay is reached', 'Over the relay: 127.0.0.1'],
    flight: ['good', '1024 KiB arrived over the relay alone'],
  });
  check('own TURN: the summary says so', seen.summary === 'It will do: everything is good.', seen.summary);
  if (process.env.PICTURES) await pictures(at(SERVER), 'check');
  await stopTurn();
  await holds('TURN is away', at(SERVER), {
    ways: ['bad', 'The relay is not reached', 'TURN_URLS'],
    flight: ['note', 'Not flown', 'Ways to other devices'],
  });
  stopTurn = await coturn(TURN, 'another secret');
  await holds('TURN has another secret', at(SERVER), { ways: ['bad', 'TURN_SHARED_SECRET', 'static-auth-secret'] });
  await stop();
  stop = await jar(SERVER, turn(TURN, SECRET, NAME));
  const wrong = await holds('TURN at a name without IPv6 has another secret', at(SERVER), { ways: ['bad', 'TURN_SHARED_SECRET', 'static-auth-secret'] });
  check('nobody blames a firewall for it', !wrong.lines.ways.text.includes('firewall'), wrong.lines.ways.text);
  await stopTurn();
  stopTurn = await coturn(TURN, SECRET);
  await holds('TURN at a name without IPv6', at(SERVER), { ways: ['good', 'The relay is reached'], flight: ['good', 'over the relay alone'] });
  await stopTurn();
  await stop();
  stop = await jar(SERVER, turn(TURN));
  stopTurn = await coturn(TURN, SECRET, /* forbids= */ true);
  await holds('TURN passes nothing on', at(SERVER), { ways: ['good', 'The relay is reached'], flight: ['bad', 'found no way', 'min-port'] });
  await stopTurn();
  await stop();
}

async function behindProxies() {
  const port = (i) => base + 10 + i;
  const stopProxy = await nginx(SERVER, {
    [port(0)]: [...UPGRADE, FORWARDED],
    [port(1)]: UPGRADE,
    [port(2)]: [...UPGRADE, 'proxy_set_header X-Real-IP $remote_addr;'],
    [port(3)]: [FORWARDED],
    [port(4)]: [...UPGRADE, FORWARDED, 'proxy_set_header X-Real-IP 203.0.113.7;'],
  });
  let stop = await jar(SERVER, { PUBLIC_SERVER_URL: `http://127.0.0.1:${port(0)}` });
  await holds('nginx', at(port(0)), {
    address: ['good', '127.0.0.1', 'It stands in X-Forwarded-For', 'a trusted proxy, 127.0.0.1'],
    socket: ['good', 'It opens'],
    flight: ['good', 'arrived directly'],
  });
  await holds('nginx by a name', at(port(0), NAME), { address: ['good', '127.0.0.1', 'private address', 'a second proxy'] });
  await holds('nginx at an address that is not PUBLIC_SERVER_URL', at(port(3)), {
    socket: ['bad', 'refuses sockets of this page', `PUBLIC_SERVER_URL is http://127.0.0.1:${port(3)}`],
    ways: ['bad', 'PUBLIC_SERVER_URL'],
    flight: ['note', 'Not flown'],
  });
  await stop();
  for (const [i, name, expected] of [
    [1, 'nginx without X-Forwarded-For', { address: ['bad', 'Probably a proxy\'s', 'calls itself nginx', 'X-Forwarded-For', 'CLIENT_IP_HEADER'], network: ['note', 'strangers'], socket: ['good'] }],
    [2, 'nginx with X-Real-IP alone', { address: ['bad', 'CLIENT_IP_HEADER=X-Real-IP'], socket: ['good'] }],
    [4, 'nginx behind another proxy', { address: ['bad', 'Another address stands in X-Real-IP', 'set_real_ip_from'], socket: ['good'] }],
    [3, 'nginx without Upgrade', { address: ['good'], socket: ['bad', 'does not pass on the upgrade', 'proxy_set_header Upgrade'], flight: ['note', 'The socket'] }],
  ]) {
    stop = await jar(SERVER, { PUBLIC_SERVER_URL: `http://127.0.0.1:${port(i)}` });
    const seen = await holds(name, at(port(i)), expected);
    if (process.env.PICTURES && i === 2) await pictures(at(port(i)), 'check-proxy', ['phone']);
    check(`${name}: the summary names what needs attention`, /^Needs attention: /.test(seen.summary), seen.summary);
    await stop();
  }
  // An address outside TRUSTED_PROXIES stands for a proxy at a public one, or in 100.64.0.0/10: loopback has no other here.
  stop = await jar(SERVER, { PUBLIC_SERVER_URL: `http://127.0.0.1:${port(0)}`, TRUSTED_PROXIES: '192.0.2.0/24' });
  await holds('nginx that is not trusted', at(port(0)), { address: ['bad', 'Requests of 127.0.0.1 have fields that proxies add', 'TRUSTED_PROXIES'] });
  await stop();
  stop = await jar(SERVER, { PUBLIC_SERVER_URL: `http://127.0.0.1:${port(2)}`, CLIENT_IP_HEADER: 'X-Real-IP' });
  await holds('nginx with X-Real-IP, cured', at(port(2)), { address: ['good', 'It stands in X-Real-IP, which CLIENT_IP_HEADER names'] });
  await stop();
  await stopProxy();
}

async function inProduction() {
  let stop = await jar(SERVER, { NODE_ENV: 'production' });
  for (const path of ['/check', '/check.js', '/check.css', '/check/probes.js']) {
    check(`production: ${path} is not there`, (await fetch(`http://127.0.0.1:${SERVER}${path}`)).status === 404);
  }
  await stop();
  stop = await jar(SERVER, { NODE_ENV: 'production', CHECK_PAGE: 'true', PUBLIC_SERVER_URL: `http://127.0.0.1:${SERVER}`, ...turn(TURN) });
  const stopTurn = await coturn(TURN, SECRET);
  await holds('production with CHECK_PAGE', at(SERVER), {
    socket: ['good'],
    ways: ['good'],
    flight: ['good', 'over the relay alone'],
  });
  await holds('production under another name', at(SERVER, 'localhost'), { address: ['good'], socket: ['bad', 'PUBLIC_SERVER_URL'], ways: ['bad', 'PUBLIC_SERVER_URL'] });
  await stopTurn();
  await stop();
}

/** Contrast, keyboard, language, a phone's width, and what a screen reader hears. */
async function accessible() {
  for (const colorScheme of ['light', 'dark']) {
    const { page, context } = await open(at(SERVER), { colorScheme, viewport: { width: 320, height: 640 } });
    const least = await page.evaluate(leastContrast);
    check(`${colorScheme}: every text has a contrast of 4.5 at least`, least.ratio >= 4.5, JSON.stringify(least));
    check(`${colorScheme}: nothing is wider than a small phone`, await page.evaluate('document.documentElement.scrollWidth <= 320'));
    await context.close();
  }
  const { page, context } = await open(at(SERVER), { reducedMotion: 'reduce' });
  check('the language is said', (await page.getAttribute('html', 'lang')) === 'en');
  check('the lines are a list of five with headings', (await page.getByRole('list').first().getByRole('heading', { level: 2 }).count()) === 5);
  check('the outcome is announced', (await page.getByRole('status').innerText()).startsWith('It will do'));
  await page.keyboard.press('Tab');
  check('the first stop of the keyboard is the button', await page.evaluate('document.activeElement.id === "again"'));
  check('it shows that it has the focus', await page.evaluate('getComputedStyle(document.activeElement).outlineStyle === "solid"'));
  await page.keyboard.press('Enter');
  check('it begins again', (await page.getAttribute('#again', 'aria-disabled')) === 'true');
  check('nothing moves for who wants no motion', await page.evaluate('document.getAnimations().length === 0'));
  await page.waitForSelector('#again:not([aria-disabled])');
  check('it keeps the focus', await page.evaluate('document.activeElement.id === "again"'));
  await context.close();
}

/** The smallest contrast of a text with what it stands on (WCAG 2.1, 1.4.3). Runs in the page. */
function leastContrast() {
  const numbers = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = numbers(getComputedStyle(each).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  let least = { ratio: 21, text: '' };
  for (const element of document.querySelectorAll('h1, h2, p, li, code, button')) {
    const [one, other] = [luminance(numbers(getComputedStyle(element).color)), luminance(behind(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < least.ratio) least = { ratio, text: element.textContent.slice(0, 40) };
  }
  return least;
}

/** Desktop in light, a phone in dark. */
async function pictures(url, name, kinds = ['desktop', 'phone']) {
  mkdirSync(process.env.PICTURES, { recursive: true });
  const devices = {
    desktop: { colorScheme: 'light', viewport: { width: 820, height: 700 } },
    phone: { colorScheme: 'dark', viewport: { width: 390, height: 700 } },
  };
  for (const [kind, options] of kinds.map((each) => [each, devices[each]])) {
    const { page, context } = await open(url, options);
    await page.screenshot({ path: join(process.env.PICTURES, `${name}-${kind}.png`), fullPage: true });
    await context.close();
  }
}

try {
  for (const part of [judging, alone, withTurn, behindProxies, inProduction]) await part();
} catch (error) {
  failures++;
  console.log('FAIL', error.stack);
} finally {
  await browser.close();
  if (failures === 0) console.log('all passed');
  else console.log(`${failures} failed; ${directory} had the logs`);
  await stopAll();
}
process.exit(failures ? 1 : 0);
