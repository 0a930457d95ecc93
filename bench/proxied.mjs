// What the web app does, through a proxy in front of two instances: proxied.mjs PORT PROXY-PORT ENGINE COMMAND... Said of by bench/proxied.
import http from "node:http";
import { Client } from "./client.mjs";
import { Engine, Instance, wait } from "./servers.mjs";

const [port, proxy] = process.argv.slice(2, 4).map(Number);
const [program, ...command] = process.argv.slice(4);
const engine = await Engine.start(program, port);

/** The instance that `client` is on: ids begin with it. */
const home = (client) => client.id.slice(0, 8);

/** An instance, and the `home` of its clients. */
async function start(index) {
  const instance = await Instance.start(command, port + index, { REDIS_URL: `redis://127.0.0.1:${port}`, DRAIN_SECONDS: "60", NO_DB: "true" });
  const client = await Client.open(instance.port, "203.0.113.1");
  instance.home = home(client);
  client.close();
  return instance;
}

const instances = await Promise.all([start(1), start(2)]);
let failures = 0;

async function step(what, task) {
  const begun = Date.now();
  try {
    await task();
    console.log(`  ok      ${what} (${Date.now() - begun} ms)`);
  } catch (e) {
    failures++;
    console.log(`  FAILED  ${what}: ${e.message}`);
  }
}

const ensure = (holds, what) => {
  if (!holds) throw new Error(what);
};

async function until(what, condition, millis = 20_000) {
  const end = Date.now() + millis;
  while (!(await condition())) {
    ensure(Date.now() < end, `waited in vain until ${what}`);
    await wait(50);
  }
}

/** A page's socket through the proxy. */
const page = () => Client.open(proxy, "203.0.113.9");

/** Two sockets on different instances. */
async function apart() {
  const all = [await page()];
  while (home(all.at(-1)) === home(all[0])) {
    ensure(all.length < 20, "the proxy sends everybody to one instance");
    await wait(100); // a proxy looks every second who is there again
    all.push(await page());
  }
  all.slice(1, -1).forEach((each) => each.close());
  return [all[0], all.at(-1)];
}

/** However long the others take to hear of it. */
async function join(client, code) {
  for (let tries = 0; ; tries++) {
    try {
      return await client.join(code);
    } catch (e) {
      if (tries === 10) throw e;
      await wait(300);
    }
  }
}

let numbers = 0;

/** Signals both ways, all of which arrive, in order. */
async function talk(a, b, count = 20) {
  const first = numbers;
  numbers += count;
  const heard = [[], []];
  a.onSignal = (data) => heard[0].push(data);
  b.onSignal = (data) => heard[1].push(data);
  for (let i = first; i < numbers; i++) {
    for (const each of [a, b]) each.send({ type: "signal", data: i });
  }
  await until("all signals arrive", () => heard.every((each) => each.length === count));
  for (const each of heard) ensure(each.every((data, i) => data === first + i), "signals out of order");
}

/** An answer of /api/rooms through the proxy, each time on a connection of its own. */
function api(method, path, body, status) {
  return new Promise((done, failed) => {
    const request = http.request({ port: proxy, host: "127.0.0.1", method, path: `/api/rooms${path}`, agent: false }, (answer) => {
      let text = "";
      answer.on("data", (bytes) => (text += bytes));
      answer.on("end", () => (answer.statusCode === status ? done(JSON.parse(text)) : failed(new Error(`${method} ${path}: ${answer.statusCode} ${text}`))));
    });
    request.on("error", failed);
    request.end(body && JSON.stringify(body));
  });
}

const poll = (code, self) => api("GET", `/${code}?participantId=${self}`, null, 200);

let host, guest, code;
await step("a flight: created on one instance, seen in the list and joined from the other, signals", async () => {
  [host, guest] = await apart();
  await until("each is in the other's list", () => host.users.includes(guest.id) && guest.users.includes(host.id));
  code = await host.createFlight();
  ensure((await join(guest, code)).connectionType === "lan", "not lan");
  await host.expect("peer-joined");
  await talk(host, guest);
});

await step("a room: created, joined and polled wherever the proxy likes, both ready, sockets attached on both instances, signals", async () => {
  const ann = await api("POST", "", { name: "Ann" }, 201);
  const room = ann.roomCode;
  const bob = await api("POST", `/${room}/join`, { name: "Bob" }, 200);
  const ids = [ann.self.participantId, bob.self.participantId];
  for (let i = 0; i < 6; i++) {
    for (const id of ids) ensure((await poll(room, id)).peer !== null, "one does not see the other");
  }
  for (const id of ids) await api("POST", `/${room}/participants/${id}/ready`, { fileCount: 1, totalBytes: 9 }, 200);
  ensure((await poll(room, ids[0])).shouldConnect, "shouldConnect is missing");
  const sockets = await apart();
  for (const [i, socket] of sockets.entries()) {
    socket.send({ type: "attach-room", roomCode: room, participantId: ids[i] });
    await socket.expect("room-attached");
  }
  await Promise.all(sockets.map((socket) => socket.expect("peer-joined")));
  await talk(...sockets);
  sockets.forEach((socket) => socket.close());
});

await step("one instance drained in the middle of the flight: it goes on, newcomers come to the other, and it ends once the flight is over", async () => {
  const stopped = home(guest);
  const idle = (await Promise.all([page(), page(), page(), page()])).filter((each) => home(each) === stopped);
  const draining = instances.find((each) => each.home === stopped);
  draining.signal("SIGTERM");
  await until("it drains", async () => (await draining.readiness())?.status === "draining");
  await talk(host, guest);
  await wait(6_000); // upgrades are refused from now on
  for (let i = 0; i < 6; i++) {
    const newcomer = await page();
    ensure(home(newcomer) !== stopped, "a newcomer was sent to the instance that drains");
    newcomer.close();
  }
  await talk(host, guest, 100);
  await until("who is idle there is sent away", () => idle.every((each) => each.closeCode === 1012));
  ensure(host.peerLeft + guest.peerLeft === 0, "peer-left");
  guest.close();
  await host.expect("peer-left");
  await draining.ended;
  const index = instances.indexOf(draining);
  instances[index] = await start(index + 1);
});

await step("the other one killed in the middle of a flight: peer-left in time, and its page comes back to the same flight elsewhere", async () => {
  host.close();
  [host, guest] = await apart();
  code = await host.createFlight();
  await join(guest, code);
  await host.expect("peer-joined");
  const killed = instances.find((each) => each.home === home(guest));
  await killed.kill();
  await host.expect("peer-left", 15_000);
  ensure(guest.ended, "the page's socket is still open");
  guest = await page();
  await join(guest, code);
  await host.expect("peer-joined");
  await talk(host, guest);
  const index = instances.indexOf(killed);
  instances[index] = await start(index + 1);
  await until("the proxy sends newcomers to it again", async () => {
    const newcomer = await page();
    newcomer.close();
    return home(newcomer) === instances[index].home;
  });
});

console.log(failures ? `  ${failures} failed` : "  OK");
process.exit(failures ? 1 : 0);
