// What bench/monitored does to a server, over plain sockets on loopback, without any library:
//
//   node faults.mjs rooms PORT N    N rooms that two pages each create, join, poll and leave behind
//   node faults.mjs all PORT        wrong codes from many networks, more clients than the server takes, and one that does not read
import net from "node:net";

const [mode, port, count = "20"] = process.argv.slice(2);
const wait = (millis) => new Promise((done) => setTimeout(done, millis));

/** A text frame from a client, masked with zeros. */
function frame(text) {
  const payload = Buffer.from(text);
  const header =
    payload.length < 126
      ? Buffer.from([0x81, 0x80 | payload.length])
      : payload.length < 65536
        ? Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 255])
        : Buffer.from([0x81, 0xff, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (payload.length >> shift) & 255)]);
  return Buffer.concat([header, Buffer.alloc(4), payload]);
}

/** A socket after the handshake, from `address`; null if the server refuses. What it says piles up in `heard`. */
function connect(address) {
  return new Promise((done) => {
    const socket = net.connect(Number(port), "127.0.0.1");
    socket.heard = "";
    socket.on("error", () => done(null));
    socket.on("data", (bytes) => {
      socket.heard += bytes.toString("latin1");
      if (socket.heard.startsWith("HTTP/1.1 101")) done(socket);
      else if (socket.heard.startsWith("HTTP/1.1 ")) done(null);
    });
    socket.write(
      `GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Forwarded-For: ${address}\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    );
  });
}

async function heard(socket, pattern) {
  for (let i = 0; i < 100; i++) {
    const found = pattern.exec(socket.heard);
    if (found) return found;
    await wait(50);
  }
  throw new Error(`not heard: ${pattern}`);
}

async function guess() {
  for (let i = 0; i < 45; i++) {
    const socket = await connect(`203.0.113.${i}`);
    for (let n = 0; n < 2; n++) socket.write(frame('{"type":"join-flight","flightCode":"AAAAAA"}'));
    await heard(socket, /"error"/);
    socket.destroy();
  }
}

async function overflow() {
  const reader = await connect("192.168.1.2");
  const writer = await connect("192.168.1.3");
  reader.write(frame('{"type":"create-flight"}'));
  const [, code] = await heard(reader, /flight-created","flightCode":"(\w+)"/);
  writer.write(frame(JSON.stringify({ type: "join-flight", flightCode: code })));
  await heard(writer, /peer-joined/);
  reader.pause();
  const signal = frame(JSON.stringify({ type: "signal", data: "x".repeat(200_000) }));
  for (let i = 0; i < 150; i++) {
    writer.write(signal);
    if (i % 10 === 9) await wait(100);
  }
  await heard(writer, /peer-left/);
  reader.destroy();
  writer.destroy();
}

async function fill() {
  const open = [];
  for (let i = 0; i < 80; i++) open.push(await connect(`198.51.100.${i}`));
  console.log(`server full: ${open.filter((socket) => socket === null).length} of ${open.length} refused`);
  await wait(1_000);
  open.forEach((socket) => socket?.destroy());
}

async function room(path, method = "GET", body) {
  const answer = await fetch(`http://127.0.0.1:${port}/api/rooms${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return answer.json();
}

async function rooms() {
  await Promise.all(
    Array.from({ length: Number(count) }, async () => {
      const host = await room("", "POST", { name: "Ann" });
      const guest = await room(`/${host.roomCode}/join`, "POST", { name: "Bob" });
      for (let i = 0; i < 10; i++) {
        await room(`/${host.roomCode}?participantId=${host.self.participantId}`);
        await room(`/${host.roomCode}?participantId=${guest.self.participantId}`);
        await wait(1_000);
      }
    }),
  );
}

if (mode === "rooms") {
  await rooms();
} else {
  await guess();
  await overflow();
  await fill();
}
