// A page's socket for load generators, over plain TCP on loopback, without any library.
import net from "node:net";

/** A whole text frame from a client, masked with zeros. */
function frame(opcode, payload) {
  const length = payload.length;
  const header =
    length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | length, 0, 0, 0, 0])
      : Buffer.from([0x80 | opcode, 0xfe, length >> 8, length & 255, 0, 0, 0, 0]); // up to 65,535 bytes
  return Buffer.concat([header, payload]);
}

/** One WebSocket after its `registered`. `onSignal`, `onList` and `onEnd` hear of what comes; all else waits for `expect`. */
export class Client {
  users = [];
  onSignal = () => {};
  onList = () => {};
  onEnd = () => {};
  peerLeft = 0;
  closeCode = 0;
  ended = false;
  #rest = Buffer.alloc(0);
  #heard = [];
  #waiting = [];

  /** Opens one that comes from `address`; rejects if it is refused or does not get through. */
  static async open(port, address) {
    const client = new Client();
    await client.#shakeHands(port, address);
    client.id = (await client.expect("registered")).id;
    return client;
  }

  #shakeHands(port, address) {
    return new Promise((done, failed) => {
      this.socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
      const end = () => this.#end(failed);
      this.socket.on("error", end);
      this.socket.on("close", end);
      this.socket.on("data", (bytes) => {
        this.#rest = this.#rest.length ? Buffer.concat([this.#rest, bytes]) : bytes;
        if (done) {
          const head = this.#rest.indexOf("\r\n\r\n");
          if (head < 0) return;
          const status = this.#rest.toString("latin1", 9, 12);
          this.#rest = this.#rest.subarray(head + 4);
          if (status !== "101") return void this.socket.destroy(new Error(status));
          done();
          done = null;
        }
        this.#read();
      });
      this.socket.write(
        `GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Forwarded-For: ${address}\r\n` +
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
      );
    });
  }

  #end(failed) {
    if (this.ended) return;
    this.ended = true;
    failed(new Error("the connection ended"));
    this.#waiting.forEach((each) => each.failed(new Error(`the connection ended, and no ${each.type}`)));
    this.#waiting = [];
    this.onEnd();
  }

  #read() {
    while (this.#rest.length >= 2) {
      let length = this.#rest[1] & 127;
      let at = 2;
      if (length === 126) {
        if (this.#rest.length < 4) return;
        length = this.#rest.readUInt16BE(2);
        at = 4;
      } else if (length === 127) {
        if (this.#rest.length < 10) return;
        length = Number(this.#rest.readBigUInt64BE(2));
        at = 10;
      }
      if (this.#rest.length < at + length) return;
      const opcode = this.#rest[0] & 15;
      const payload = this.#rest.subarray(at, at + length);
      this.#rest = this.#rest.subarray(at + length);
      if (opcode === 1) this.#message(JSON.parse(payload.toString()));
      else if (opcode === 9) this.socket.write(frame(10, payload));
      else if (opcode === 8) this.closeCode = length >= 2 ? payload.readUInt16BE(0) : 1005;
    }
  }

  #message(message) {
    if (message.type === "signal") return this.onSignal(message.data);
    if (message.type === "users-on-network-update") {
      this.users = message.users.map((user) => user.id);
      return this.onList(this.users);
    }
    if (message.type === "peer-left") this.peerLeft++;
    const index = this.#waiting.findIndex((each) => each.type === message.type || message.type === "error");
    if (index < 0) return void this.#heard.push(message);
    const [waiting] = this.#waiting.splice(index, 1);
    if (message.type === waiting.type) waiting.done(message);
    else waiting.failed(new Error(message.message));
  }

  /** The next message of `type`, within `millis`; rejects with the text of an `error` that comes instead. */
  expect(type, millis = 20_000) {
    const index = this.#heard.findIndex((message) => message.type === type || message.type === "error");
    if (index >= 0) {
      const [message] = this.#heard.splice(index, 1);
      return message.type === type ? Promise.resolve(message) : Promise.reject(new Error(message.message));
    }
    if (this.ended) return Promise.reject(new Error(`the connection had ended, and no ${type}`));
    return new Promise((done, failed) => {
      const waiting = { type, done, failed };
      this.#waiting.push(waiting);
      setTimeout(() => {
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) {
          this.#waiting.splice(at, 1);
          failed(new Error(`no ${type} within ${millis} ms`));
        }
      }, millis).unref();
    });
  }

  send(message) {
    if (!this.ended) this.socket.write(frame(1, Buffer.from(JSON.stringify(message))));
  }

  async createFlight() {
    this.send({ type: "create-flight" });
    return (await this.expect("flight-created")).flightCode;
  }

  join(flightCode, millis) {
    this.send({ type: "join-flight", flightCode });
    return this.expect("peer-joined", millis);
  }

  /** Leaves as a page does that is closed. */
  close() {
    if (!this.ended) this.socket.end(frame(8, Buffer.from([3, 233])));
  }
}
