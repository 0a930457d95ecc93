// Draws what the panels of a Grafana dashboard ask, from a Prometheus, as one SVG:
//
//   node plot.mjs http://127.0.0.1:9090 dashboard.json FROM TO INSTANCE > picture.svg     (seconds since 1970)
import { readFileSync } from "node:fs";

const [prometheus, file, from, to, instance] = process.argv.slice(2);
const COLUMNS = 4, WIDTH = 400, HEIGHT = 190, LEFT = 52, RIGHT = 8, TOP = 26, BOTTOM = 44;
const COLORS = ["#3366cc", "#dc3912", "#ff9900", "#109618", "#990099", "#0099c6", "#dd4477", "#66aa00", "#b82e2e", "#316395"];

const escape = (text) => text.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);

async function ask(expr, legend) {
  const query = expr.replaceAll("$__rate_interval", "30s");
  const step = Math.max(5, Math.ceil((to - from) / 150));
  const url = `${prometheus}/api/v1/query_range?${new URLSearchParams({ query, start: from, end: to, step })}`;
  const answer = await (await fetch(url)).json();
  if (answer.status !== "success") throw new Error(`${query}: ${answer.error}`);
  return answer.data.result
    .filter((series) => !series.metric.instance || series.metric.instance === instance)
    .map((series) => ({
      name: legend.replace(/{{(\w+)}}/g, (_, label) => series.metric[label] ?? ""),
      points: series.values.map(([time, value]) => [time, Number(value)]).filter(([, value]) => Number.isFinite(value)),
    }))
    .filter((series) => series.points.length > 0);
}

/** A number as short as it can be read. */
function short(value, unit) {
  if (unit === "s" && value > 0 && value < 1) return value < 0.001 ? `${+(value * 1e6).toPrecision(3)} us` : `${+(value * 1e3).toPrecision(3)} ms`;
  if (unit === "percentunit") return `${+(value * 100).toPrecision(3)} %`;
  for (const [factor, letter] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (value >= factor) return `${+(value / factor).toPrecision(3)} ${letter}`;
  }
  return `${+value.toPrecision(3)}`;
}

function draw(panel, all, x, y) {
  // A limit far above what happens would make a line of everything else.
  const most = Math.max(0, ...all.filter((s) => s.name !== "limit").flatMap((s) => s.points.map(([, value]) => value)));
  const top = most || 1;
  const shown = all.filter((s) => s.points.some(([, value]) => value <= top * 1.001));
  const px = (time) => x + LEFT + ((time - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const py = (value) => y + HEIGHT - BOTTOM - (Math.min(value, top) / top) * (HEIGHT - TOP - BOTTOM);
  const out = [`<text x="${x + 6}" y="${y + 16}" font-weight="bold">${escape(panel.title)}</text>`];
  for (const share of [0, 0.5, 1]) {
    const at = py(top * share);
    out.push(`<line x1="${x + LEFT}" y1="${at}" x2="${x + WIDTH - RIGHT}" y2="${at}" stroke="#ddd"/>`);
    out.push(`<text x="${x + LEFT - 4}" y="${at + 3}" text-anchor="end" fill="#555">${short(top * share, panel.fieldConfig.defaults.unit)}</text>`);
  }
  shown.forEach((series, i) => {
    const line = series.points.map(([time, value]) => `${px(time).toFixed(1)},${py(value).toFixed(1)}`).join(" ");
    out.push(`<polyline points="${line}" fill="none" stroke="${COLORS[i % COLORS.length]}" stroke-width="1.2"/>`);
  });
  const legend = shown.slice(0, 8).map((series, i) => `<tspan fill="${COLORS[i % COLORS.length]}">${escape(series.name)}</tspan>`);
  for (let row = 0; row < 2; row++) {
    out.push(`<text x="${x + 8}" y="${y + HEIGHT - 26 + row * 12}">${legend.slice(row * 4, row * 4 + 4).join("<tspan> · </tspan>")}</text>`);
  }
  if (shown.length === 0) out.push(`<text x="${x + WIDTH / 2}" y="${y + HEIGHT / 2}" fill="#999" text-anchor="middle">nothing yet</text>`);
  return out.join("\n");
}

const panels = JSON.parse(readFileSync(file, "utf8")).panels.filter((panel) => panel.type !== "row");
const drawn = [];
for (const panel of panels) {
  const asked = [];
  for (const target of panel.targets) asked.push(...(await ask(target.expr, target.legendFormat)));
  if (asked.length > 0) drawn.push([panel, asked]); // what is not configured has no meters
}
const rows = Math.ceil(drawn.length / COLUMNS);
console.log(
  `<svg xmlns="http://www.w3.org/2000/svg" width="${COLUMNS * WIDTH}" height="${rows * HEIGHT + 20}" font-family="sans-serif" font-size="9.5">` +
    `<rect width="100%" height="100%" fill="white"/>\n` +
    drawn.map(([panel, asked], i) => draw(panel, asked, (i % COLUMNS) * WIDTH, Math.floor(i / COLUMNS) * HEIGHT)).join("\n") +
    `\n<text x="6" y="${rows * HEIGHT + 12}" fill="#555">${new Date(from * 1000).toISOString()} to ${new Date(to * 1000).toISOString()}, ${escape(instance)}</text></svg>`,
);
