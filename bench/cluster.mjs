// What bench/cluster does to instances that share an engine, a part a run; prints NAME=FIGURE, one a line:
//
//   node cluster.mjs PART PORT ENGINE-PROGRAM SIZE JAVA...
//
// PART: joins, lists, kill, term, away, frozen or deploy. The engine listens on PORT, instances on the next ones. SIZE: how many pairs, joins or newcomers. JAVA...: the
// command that starts an instance, to which --port is added.
import { Client } from "./client.mjs";
import { Engine, Instance, wait } from "./servers.mjs";

const [part, portText, program, sizeText, ...java] = process.argv.slice(2);
const port = Number(portText);
const size = Number(sizeText);
const SIGNALS_A_SECOND = 10; // a pair
const AWAY_MILLIS = 5_000;
const PAD = "x".repeat(1_100);

const now = () => performance.now();
const print = (name, value) => console.log(`${name}=${typeof value === "number" ? Math.round(value * 100) / 100 : value}`);
const percentile = (values, part) => values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];
let addresses = 0;
const address = () => `52.${(addresses >> 14) & 127}.${(addresses >> 7) & 127}.${addresses++ & 127}`;

const start = (index, env) => Instance.start(java, port + index, { REDIS_URL: `redis://127.0.0.1:${port}`, ...env });

/** Two clients in one flight, each of which counts what it sends and what it gets, in order. */
class Pair {
  sent = [0, 0];
  got = [0, 0];
  disordered = 0;

  static async fly(hostPort, guestPort, hosts = address(), guests = address()) {
    const pair = new Pair();
    pair.members = [await Client.open(hostPort, hosts), await Client.open(guestPort, guests)];
    try {
      await pair.meet();
    } catch (failure) {
      pair.leave();
      throw failure;
    }
    pair.members.forEach((member, side) => {
      member.onSignal = ({ n }) => {
        if (n !== pair.got[side]) pair.disordered++;
        pair.got[side] = n + 1;
      };
    });
    return pair;
  }

  async meet() {
    const [host, guest] = this.members;
    await guest.join(await host.createFlight());
    await host.expect("peer-joined");
  }

  signal(side) {
    this.members[side].send({ type: "signal", data: { n: this.sent[side]++, pad: PAD } });
  }

  get lost() {
    return this.sent[0] - this.got[1] + this.sent[1] - this.got[0];
  }

  get peerLeft() {
    return this.members[0].peerLeft + this.members[1].peerLeft;
  }

  /** Waits until all that was sent has come, `millis` at most. */
  async settle(millis) {
    for (const end = now() + millis; this.lost > 0 && now() < end; ) await wait(20);
  }

  leave() {
    this.members.forEach((member) => member.close());
  }
}

/** Signals in those of `pairs` that are there, at an even pace, until the function that it returns is called. */
function chatter(pairs) {
  const begin = now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = ((now() - begin) / 1000) * SIGNALS_A_SECOND * size;
    for (; sent < due; sent++) {
      const pair = pairs[sent % size];
      if (pair && !pair.over) pair.signal(Math.floor(sent / size) % 2);
    }
  }, 5);
  return () => clearInterval(timer);
}

async function flyMany(hostPort, guestPort) {
  const pairs = [];
  for (let i = 0; i < size; i++) pairs.push(await Pair.fly(hostPort, guestPort));
  return pairs;
}

const sum = (pairs, what) => pairs.reduce((total, pair) => total + pair[what], 0);

/** From join-flight to the joiner's peer-joined, one after the other. */
async function joins() {
  const [one, other] = [await start(1), await start(2)];
  const took = [];
  for (let i = 0; i < 2 * size; i++) {
    const host = await Client.open(one.port, address());
    const guest = await Client.open(other.port, address());
    const code = await host.createFlight();
    const begin = now();
    await guest.join(code);
    if (i >= size) took.push(now() - begin); // the first half warms up
    await host.expect("peer-joined");
    [host, guest].forEach((client) => client.close());
  }
  print("join_p50_ms", percentile(took, 0.5));
  print("join_p99_ms", percentile(took, 0.99));
}

/** From a newcomer's connecting until all 80 of its network have it in their lists, who are on two instances. */
async function lists() {
  const [one, other] = [await start(1), await start(2)];
  const crowd = [];
  for (let i = 0; i < 80; i++) crowd.push(await Client.open((i % 2 ? one : other).port, "203.0.113.9"));
  const took = [];
  for (let i = 0; i < size; i++) {
    const begin = now();
    const newcomer = await Client.open((i % 2 ? one : other).port, "203.0.113.9");
    const seen = () => crowd.every((client) => client.users.includes(newcomer.id));
    while (!seen()) {
      if (now() - begin > 10_000) throw new Error("a newcomer is not in all lists");
      await wait(1);
    }
    took.push(now() - begin);
    newcomer.close();
    while (crowd.some((client) => client.users.includes(newcomer.id))) await wait(5);
  }
  print("lists_p50_ms", percentile(took, 0.5));
  print("lists_most_ms", percentile(took, 1));
}

/** One instance ends: until all whose peers were there have been told, and nobody there is in a list any more. */
async function ends(signal) {
  const [one, other] = [await start(1), await start(2)];
  const pairs = await flyMany(one.port, other.port);
  const watchers = [];
  for (let i = 0; i < 20; i++) watchers.push(await Client.open(one.port, "203.0.113.9"), await Client.open(other.port, "203.0.113.9"));
  const stay = watchers.filter((_, index) => index % 2 === 0);
  while (stay.some((client) => client.users.length < 39)) await wait(20);
  await wait(2_000); // beats have been seen
  const begin = now();
  other.signal(signal);
  let told, unlisted;
  while (told === undefined || unlisted === undefined) {
    if (now() - begin > 60_000) throw new Error("not told within a minute");
    if (pairs.every((pair) => pair.members[0].peerLeft > 0)) told ??= now() - begin;
    if (stay.every((client) => client.users.length === 19)) unlisted ??= now() - begin;
    await wait(5);
  }
  print("told_s", told / 1000);
  print("lists_s", unlisted / 1000);
}

/** The engine goes for 5 s, with `away` and `back`, while pairs across go on signalling. */
async function engineAway(away, back) {
  const [one, other] = [await start(1), await start(2)];
  const pairs = await flyMany(one.port, other.port);
  const silence = chatter(pairs);
  await wait(2_000);
  await away();
  await wait(AWAY_MILLIS);
  await back();
  const begin = now();
  for (;;) {
    const last = now();
    try {
      (await Pair.fly(one.port, other.port)).leave();
      print("joins_again_s", (now() - begin) / 1000);
      break;
    } catch (failure) {
      if (now() - begin > 60_000) throw failure;
      await wait(Math.max(0, last + 50 - now()));
    }
  }
  await wait(2_000);
  silence();
  await Promise.all(pairs.map((pair) => pair.settle(10_000)));
  print("signals", pairs.reduce((total, pair) => total + pair.sent[0] + pair.sent[1], 0));
  print("lost", sum(pairs, "lost"));
  print("disordered", sum(pairs, "disordered"));
  print("peer_left", sum(pairs, "peerLeft"));
}

/** All instances are replaced, one after the other, while pairs come, signal for some seconds, and go. */
async function deploy() {
  const DRAIN = { DRAIN_SECONDS: "30" };
  let instances = [await start(1, DRAIN), await start(2, DRAIN)];
  let serving = [...instances];
  let turn = 0;
  const balanced = () => serving[turn++ % serving.length].port; // as a load balancer: whoever says 200 in /readyz
  let looking = true;
  const look = (async () => {
    while (looking) {
      const answers = await Promise.all(instances.map((instance) => instance.readiness()));
      const ready = instances.filter((_, index) => answers[index]?.code === 200);
      if (ready.length) serving = ready;
      await wait(500);
    }
  })();
  const tally = { signals: 0, flown: 0, lost: 0, disordered: 0, peerLeft: 0, refused: 0 };
  const pairs = new Array(size);
  let going = true;
  async function live(slot) {
    while (going) {
      let pair;
      try {
        pair = await Pair.fly(balanced(), balanced());
      } catch (failure) {
        tally.refused++; // closed because idle while it was about to fly: a page tries again
        await wait(200);
        continue;
      }
      pairs[slot] = pair;
      await wait(3_000 + Math.random() * 6_000);
      pair.over = true;
      await pair.settle(3_000);
      tally.flown++;
      tally.signals += pair.sent[0] + pair.sent[1];
      tally.lost += pair.lost;
      tally.disordered += pair.disordered;
      tally.peerLeft += pair.peerLeft;
      pair.leave();
    }
  }
  const lives = pairs.fill(null).map((_, slot) => live(slot));
  const silence = chatter(pairs);
  await wait(4_000);
  const drains = [];
  for (const [index, old] of [...instances].entries()) {
    instances = [...instances, await start(3 + index, DRAIN)];
    await wait(1_500); // the load balancer has seen it
    const begin = now();
    old.signal("SIGTERM");
    await old.ended;
    drains.push((now() - begin) / 1000);
    instances = instances.filter((each) => each !== old);
  }
  await wait(2_000);
  going = false;
  await Promise.all(lives);
  silence();
  looking = false;
  await look;
  Object.entries(tally).forEach(([name, value]) => print(name, value));
  print("drain_s", Math.max(...drains));
}

let engine = await Engine.start(program, port);
const parts = {
  joins,
  lists,
  kill: () => ends("SIGKILL"),
  term: () => ends("SIGTERM"),
  away: () => engineAway(() => engine.kill(), async () => (engine = await Engine.start(program, port))),
  frozen: () => engineAway(() => engine.signal("SIGSTOP"), () => engine.signal("SIGCONT")),
  deploy,
};
await parts[part]();
process.exit(0);
