// An engine and instances that share it, as processes on loopback that end with this one.
import { spawn } from "node:child_process";
import http from "node:http";
import net from "node:net";

export const wait = (millis) => new Promise((done) => setTimeout(done, millis));

const children = new Set();
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

async function until(what, condition, millis = 60_000) {
  const end = Date.now() + millis;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await wait(20);
  }
}

/** A process and its end. */
class Running {
  constructor(command, env) {
    this.child = spawn(command[0], command.slice(1), { env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "inherit"] });
    children.add(this.child);
    this.ended = new Promise((done) =>
      this.child.on("exit", () => {
        children.delete(this.child);
        done();
      }),
    );
  }

  signal(name) {
    this.child.kill(name);
  }

  async kill() {
    this.signal("SIGKILL");
    await this.ended;
  }
}

/** The engine: `program`, which keeps nothing, so that it comes back empty after a kill. */
export class Engine extends Running {
  static async start(program, port) {
    const engine = new Engine([program, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--logfile", "/dev/null"]);
    await until("the engine", () => accepts(port));
    return engine;
  }
}

function accepts(port) {
  return new Promise((done) => {
    const socket = net.connect(port, "127.0.0.1", () => done(true) || socket.destroy());
    socket.on("error", () => done(false));
  });
}

/** One instance. */
export class Instance extends Running {
  /** Starts `command` with `env` on `port`; returns once it serves and reaches the engine. */
  static async start(command, port, env) {
    const instance = new Instance([...command, "--port", port], env);
    instance.port = port;
    let over = false;
    instance.ended.then(() => (over = true));
    await until(`the instance on port ${port} to reach the engine`, async () => over || (await instance.readiness())?.bus === "up");
    if (over) throw new Error(`the instance on port ${port} ended`);
    return instance;
  }

  /** What /readyz says, with its `code`; null if nothing comes. */
  readiness() {
    return new Promise((done) => {
      const request = http.get({ port: this.port, host: "127.0.0.1", path: "/readyz", agent: false, timeout: 2_000 }, (answer) => {
        let text = "";
        answer.on("data", (bytes) => (text += bytes));
        answer.on("end", () => done({ code: answer.statusCode, ...JSON.parse(text) }));
      });
      request.on("timeout", () => request.destroy());
      request.on("error", () => done(null));
    });
  }
}
