// The servers that bench/browser/check starts, each ended again by `stopAll`: the jar, coturn, nginx. All on loopback.
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync, openSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const directory = mkdtempSync(join(tmpdir(), 'dropsilk-check-'));
const running = new Set();

/** Starts a program, waits until it takes connections on `port`, and gives what ends it. */
async function start(name, command, args, port, environment = {}) {
  const log = openSync(join(directory, `${name}-${port}.log`), 'w');
  const child = spawn(command, args, { cwd: directory, stdio: ['ignore', log, log], env: { ...process.env, ...environment } });
  running.add(child);
  const ended = new Promise((resolve) => child.once('exit', resolve)).then(() => running.delete(child));
  child.once('error', (e) => { throw new Error(`${command}: ${e.message}`); });
  for (let i = 0; i < 300 && !(await listens(port)); i++) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: see ${directory}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return async () => { child.kill('SIGTERM'); await ended; };
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  });
}

export const jar = (port, environment = {}) => start('server', 'java', ['-jar', process.env.JAR, `--port=${port}`], port, environment);

/** A coturn with this shared secret; with `forbids` it passes nothing on to peers on this machine, as a wrong external-ip or a firewall would. */
export function coturn(port, secret, forbids = false) {
  const file = join(directory, `turn-${port}.conf`);
  writeFileSync(file, `
listening-ip=127.0.0.1
listening-port=${port}
relay-ip=127.0.0.1
min-port=${port + 10}
max-port=${port + 49}
use-auth-secret
static-auth-secret=${secret}
realm=check
${forbids ? 'denied-peer-ip=127.0.0.1' : 'allow-loopback-peers'}
no-tls
no-dtls
no-cli
log-file=stdout
userdb=${join(directory, `turn-${port}.db`)}
pidfile=${join(directory, `turn-${port}.pid`)}
`);
  return start('coturn', 'turnserver', ['-c', file], port);
}

/** An nginx that passes on to `server`: for each port, the lines of its location. */
export function nginx(server, locations) {
  const file = join(directory, `nginx-${server}.conf`);
  const blocks = Object.entries(locations).map(([port, lines]) => `
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${server};
      proxy_set_header Host $http_host;
      ${lines.join('\n      ')}
    }
  }`).join('');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${directory}/${kind};`).join(' ');
  writeFileSync(file, `
daemon off;
worker_processes 1;
pid ${directory}/nginx-${server}.pid;
error_log ${directory}/nginx-${server}.error;
events {}
http { access_log off; ${temporary} ${blocks} }
`);
  return start('nginx', 'nginx', ['-c', file, '-e', `${directory}/nginx-${server}.error`], Number(Object.keys(locations)[0]));
}

export async function stopAll() {
  for (const child of running) child.kill('SIGTERM');
  for (let i = 0; i < 100 && running.size > 0; i++) await new Promise((resolve) => setTimeout(resolve, 100));
  for (const child of running) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}
