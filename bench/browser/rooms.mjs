// Two (and three) pages in headless Chromium go through the sequences of a room, WebRTC included, against a server that runs already.
//
//   node rooms.mjs SERVER_URL SERVER_PID_OR_0     started by ./run
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(process.env.MODULES + '/');
const { chromium } = require('playwright-core');
const server = process.argv[2];
const html = readFileSync(new URL('page.html', import.meta.url));
const pages = createServer((_, res) => { res.setHeader('Content-Type', 'text/html'); res.end(html); }).listen(5173, '127.0.0.1');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--disable-features=WebRtcHideLocalIpsWithMdns'],
});
let failures = 0;
const opened = [];
const open = async () => {
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (e) => { failures++; console.log('page error', e.message); });
  await page.goto(`http://localhost:5173/?server=${encodeURIComponent(server)}`);
  opened.push(page);
  return page;
};
const say = (text) => console.log('ok  ' + text);
/** With what each page that is still there was told so far. */
const fail = async (text) => {
  failures++;
  console.log('FAIL ' + text);
  for (const page of opened.filter((each) => !each.isClosed())) console.log('     ', await page.evaluate('room.told()').catch((e) => e.message));
};
const check = async (text, holds) => { if (holds) say(text); else await fail(text); };
const until = (page, what, expression) => page.evaluate(`until(${JSON.stringify(what)}, () => ${expression})`).then(() => say(what), (e) => fail(e.message));
const heard = (page, channel) => page.evaluate((c) => room.lines[c]?.heard.filter((t) => t !== 'users-on-network-update'), channel);

try {
  const [a, b] = [await open(), await open()];
  await a.evaluate("room.create('SwiftFox123')");
  const code = await a.evaluate('room.code');
  await check('1 the host waits', await a.evaluate("room.seen.status === 'waiting' && room.seen.peer === null"));
  await b.evaluate((c) => room.join(c.toLowerCase(), 'BoldSky456'), code);
  await until(a, '2 the host sees the guest', "room.seen.peer?.name === 'BoldSky456'");

  await a.evaluate("room.change('ready', { fileCount: 1, totalBytes: 3000000 })");
  await Promise.all([a, b].map((p) => p.evaluate("linked('transfer')")));
  // A page that waits attaches again with each poll, so other messages may stand between.
  const [offers, answers] = await Promise.all([a, b].map((p) => p.evaluate('room.lines.transfer.sent')));
  const heardByGuest = await heard(b, 'transfer');
  await check('3 the host offered, the guest answered', offers.includes('offer') && !offers.includes('answer') && answers.includes('answer') && !answers.includes('offer'));
  await check('3 the guest heard of its peer before the first signal', heardByGuest.includes('peer-joined') && heardByGuest.indexOf('peer-joined') < heardByGuest.indexOf('signal'));
  await a.evaluate(() => { const d = room.lines.transfer.data; for (let i = 0; i < 60; i++) d.send(new Uint8Array(50000).fill(i)); });
  await until(b, '4 three megabytes pass directly', "room.lines.transfer.received.reduce((n, m) => n + m.byteLength, 0) === 3000000");

  await a.evaluate(async () => { await room.change('chat', { active: true }); await room.attach('chat'); });
  await Promise.all([a, b].map((p) => p.evaluate("linked('chat')")));
  await b.evaluate("room.lines.chat.data.send('hello')");
  await until(a, '5 a chat message arrives', "room.lines.chat.received[0] === 'hello'");
  await b.evaluate(async () => { room.shares = true; await room.change('screen-share', { active: true }); await room.attach('screen-share'); });
  await Promise.all([a, b].map((p) => p.evaluate("linked('screen-share')")));
  await check('5 the sharer hears peer-left before peer-joined', (await heard(b, 'screen-share')).join().includes('peer-left,peer-joined'));
  await b.evaluate(async () => { room.close('screen-share'); room.shares = false; await room.change('screen-share', { active: false }); });
  await until(a, '5 the viewer hears that the share is over', "room.lines['screen-share'].heard.includes('peer-left')");
  await check('5 the transfer does not', !(await heard(a, 'transfer')).includes('peer-left'));
  await a.evaluate("room.close('screen-share')");

  await b.close({ runBeforeUnload: false });
  await until(a, '6 the guest leaves by closing', "room.lines.transfer.heard.includes('peer-left') && room.seen.status === 'waiting'");
  await check('6 the host is still ready, its flags are cleared', await a.evaluate('room.seen.self.ready && !room.seen.chat.isActive'));
  const c = await open();
  await c.evaluate((x) => room.join(x, 'CalmRiver7'), code);
  await Promise.all([a, c].map((p) => p.evaluate("linked('transfer')")));
  say('6 somebody else joins with the old code and is linked');

  await c.evaluate('room.hold()'); // or it may attach between the two, as host then
  await a.close({ runBeforeUnload: false });
  await until(c, '7 the host leaves, the guest is host', "room.seen.self.role === 'host' && room.seen.status === 'waiting'");
  await c.evaluate("room.change('ready', { fileCount: 1, totalBytes: 1 })");
  const d = await open();
  await d.evaluate((x) => room.join(x, 'DeepLake8'), code);
  await until(d, '7 the newcomer attaches', "room.lines.transfer?.heard.filter((type) => type === 'room-attached').length > 1"); // a pairing would be told between them
  await check('7 and is not paired with the promoted one', !(await heard(d, 'transfer')).includes('peer-joined'));
  await c.evaluate('room.held = false');
  await Promise.all([c, d].map((p) => p.evaluate("linked('transfer')")));
  say('7 until that one has attached again');

  await d.evaluate("room.held = true; room.lines.transfer.data.send(new Uint8Array(10))");
  if (process.argv[3] !== '0') {
    process.kill(Number(process.argv[3]), 'SIGTERM');
    await until(c, '8 everybody hears of a shutdown', "room.lines.transfer.heard.includes('server-shutdown')");
    await until(c, '8 and is closed with 1001', "room.lines.transfer.heard.includes('closed 1001')");
    await d.evaluate("room.lines.transfer.data.send('still here')");
    await until(c, '8 the direct link lives on', "room.lines.transfer.received.includes('still here')");
  }
} catch (e) {
  await fail(e.message);
} finally {
  await browser.close();
  pages.close();
}
console.log(failures ? `${failures} failed` : 'all passed');
process.exit(failures ? 1 : 0);
