// What this browser and the server can do with each other. Nothing here knows the page: check.js puts the outcomes into words.

const ANSWER_MS = 10_000;
const GATHERING_MS = 12_000;
const LINK_MS = 20_000;
const PIECE = 16 * 1024;
const PIECES = 64;

/** How many bytes a flight carries. */
export const BYTES = PIECE * PIECES;

/** What went wrong, and at which step. */
export class Failure extends Error {
  constructor(step, message) {
    super(message);
    this.step = step;
  }
}

function within(ms, promise, failure) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(failure()), ms); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** An answer of the server's: its status, 0 without one, its JSON, and the name that a proxy gives itself in it. */
export async function ask(method, path) {
  try {
    const answer = await within(ANSWER_MS, fetch(path, { method, cache: 'no-store' }), () => new Failure('answer', 'late'));
    const body = await answer.json().catch(() => null);
    return { status: answer.status, body, proxy: answer.headers.get('via') ?? answer.headers.get('server') };
  } catch {
    return { status: 0, body: null, proxy: null };
  }
}

/** A WebSocket that nobody sees in a list. */
export class Line {
  #socket;
  #heard = [];
  #waiting = [];

  /** One that has been told its id, and how many milliseconds that took. */
  static async open() {
    const line = new Line();
    const begun = performance.now();
    await line.next('registered', 'open');
    line.milliseconds = Math.round(performance.now() - begun);
    return line;
  }

  constructor() {
    const url = new URL('/?discoverable=false', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    this.onSignal = null;
    this.#socket = new WebSocket(url);
    this.#socket.onopen = () => { this.opened = true; };
    this.#socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
    this.#socket.onclose = (event) => {
      this.closed = event;
      this.#waiting.forEach((waiter) => waiter());
    };
  }

  send(message) {
    this.#socket.send(JSON.stringify(message));
  }

  close() {
    this.#socket.onclose = null;
    this.#socket.close(1000);
  }

  #hear(message) {
    if (message.type === 'signal' && this.onSignal) {
      this.onSignal(message.data);
    } else {
      this.#heard.push(message);
      this.#waiting.forEach((waiter) => waiter());
    }
  }

  /** The next message of this type, whatever came before it. */
  next(type, step) {
    const arrives = new Promise((resolve, reject) => {
      const look = () => {
        const at = this.#heard.findIndex((message) => message.type === type || message.type === 'error');
        const message = this.#heard[at];
        if (at < 0 && !this.closed) return;
        this.#waiting = this.#waiting.filter((waiter) => waiter !== look);
        if (message?.type === type) {
          this.#heard.splice(0, at + 1);
          resolve(message);
        } else {
          reject(new Failure(step, message?.message ?? `closed with ${this.closed.code}`));
        }
      };
      this.#waiting.push(look);
      look();
    });
    return within(ANSWER_MS, arrives, () => new Failure(step, this.opened ? `no ${type} came` : 'it did not open'));
  }
}

const REFUSED = 401;
const NO_ANSWER = 701;
const hostOf = (url) => /^(?:stun|turn)s?:(\[[^\]]*\]|[^:?]*)/i.exec(url)?.[1].toLowerCase() ?? url;

/**
 * What is wrong with which server, one complaint a URL and refused credentials first, without what something else disproves. A browser asks from each
 * of its interfaces, and tells of each that fails: where a name has an IPv4 address alone, the lookup from one of IPv6 always does.
 *
 * @param errors what the browser told: `url`, `code` and `text`
 * @param reached the URLs that a candidate came from
 */
export function complaints(errors, reached) {
  const isLookup = ({ code, text }) => code === NO_ANSWER && /host lookup/i.test(text);
  const answered = errors.filter(({ code }) => code !== NO_ANSWER).map(({ url }) => url);
  const there = new Set([...reached, ...answered].map(hostOf));
  const weight = (error) => (error.code === REFUSED ? 0 : error.code !== NO_ANSWER ? 1 : isLookup(error) ? 3 : 2);
  const told = new Set(reached);
  return errors.filter((error) => !isLookup(error) || !there.has(hostOf(error.url)))
    .sort((one, other) => weight(one) - weight(other))
    .filter(({ url }) => !told.has(url) && told.add(url))
    .map((error) => ({ ...error, kind: ['refused', 'other', 'silent', 'unfound'][weight(error)] }));
}

/** The kinds of ways that this browser finds with `iceServers`, each a list of addresses, and what the servers are to be blamed for. */
export async function ways(iceServers) {
  const found = { host: [], srflx: [], relay: [] };
  const errors = [];
  const reached = new Set();
  const link = new RTCPeerConnection({ iceServers });
  const kinds = iceServers.length > 0 ? ['host', 'srflx', 'relay'] : ['host'];
  const gathered = new Promise((resolve) => {
    link.onicecandidate = ({ candidate, url }) => {
      if (!candidate) return resolve();
      const from = candidate.url ?? url;
      if (from) reached.add(from);
      const kind = candidate.type ?? / typ (\w+)/.exec(candidate.candidate)?.[1];
      const address = candidate.address ?? '';
      if (found[kind] && !found[kind].includes(address)) found[kind].push(address);
      if (kinds.every((each) => found[each].length > 0)) resolve();
    };
    link.onicecandidateerror = (event) => {
      errors.push({ url: event.url, code: event.errorCode, text: event.errorText });
    };
  });
  try {
    link.createDataChannel('check');
    await link.setLocalDescription(await link.createOffer());
    await within(GATHERING_MS, gathered, () => new Failure('ways', 'late')).catch(() => {});
  } finally {
    link.close();
  }
  return { ...found, complaints: complaints(errors, [...reached]) };
}

/** One end of a link between two lines of this page. */
function end(line, configuration) {
  const link = new RTCPeerConnection(configuration);
  let chain = Promise.resolve(); // one after the other, in the order in which they came
  const apply = async ({ sdp, candidate }) => {
    if (candidate) return link.addIceCandidate(candidate);
    await link.setRemoteDescription(sdp);
    if (sdp.type === 'offer') {
      await link.setLocalDescription(await link.createAnswer());
      line.send({ type: 'signal', data: { sdp: link.localDescription } });
    }
  };
  line.onSignal = (data) => { chain = chain.then(() => apply(data)).catch(() => {}); };
  link.onicecandidate = ({ candidate }) => candidate && line.send({ type: 'signal', data: { candidate } });
  return link;
}

/** A flight of this page with itself, over the relay alone or however it goes; tells the bytes that arrived, seconds and the kind of way. */
export async function flight(iceServers, relayAlone) {
  const configuration = { iceServers, iceTransportPolicy: relayAlone ? 'relay' : 'all' };
  const closing = [];
  try {
    const [host, guest] = await Promise.all([Line.open(), Line.open()]);
    closing.push(host, guest);
    host.send({ type: 'create-flight' });
    const { flightCode } = await host.next('flight-created', 'create');
    const [offerer, answerer] = [end(host, configuration), end(guest, configuration)];
    closing.push(offerer, answerer);
    guest.send({ type: 'join-flight', flightCode });
    await Promise.all([host.next('peer-joined', 'join'), guest.next('peer-joined', 'join')]);

    const channel = offerer.createDataChannel('check');
    const counted = received(answerer);
    const opened = new Promise((resolve) => { channel.onopen = resolve; });
    await offerer.setLocalDescription(await offerer.createOffer());
    host.send({ type: 'signal', data: { sdp: offerer.localDescription } });
    await within(LINK_MS, opened, () => new Failure('link', `the link is ${offerer.iceConnectionState}`));

    const begun = performance.now();
    for (let i = 0; i < PIECES; i++) channel.send(new Uint8Array(PIECE).fill(i));
    const bytes = await within(LINK_MS, counted, () => new Failure('bytes', 'not all bytes came'));
    return { bytes, seconds: (performance.now() - begun) / 1000, kind: await kindOfWay(offerer) };
  } finally {
    closing.forEach((each) => each.close());
  }
}

/** The bytes that arrive at `link`, once they are all there and as they were sent. */
function received(link) {
  return new Promise((resolve, reject) => {
    link.ondatachannel = ({ channel }) => {
      let pieces = 0;
      channel.binaryType = 'arraybuffer';
      channel.onmessage = ({ data }) => {
        const wrong = data.byteLength !== PIECE || new Uint8Array(data).some((byte) => byte !== pieces);
        if (wrong) reject(new Failure('bytes', 'other bytes came than were sent'));
        if (++pieces === PIECES) resolve(BYTES);
      };
    };
  });
}

async function kindOfWay(link) {
  const stats = await link.getStats();
  for (const pair of stats.values()) {
    if (pair.type === 'candidate-pair' && pair.nominated && pair.state === 'succeeded') {
      return stats.get(pair.localCandidateId)?.candidateType ?? '';
    }
  }
  return '';
}
