'use strict';

// What has been told so far. Times are milliseconds since the first event.
const samples = [];          // {ms, bytes, rate}
const retries = [];          // ms
const attempts = new Map();  // by id: {part, from, to, state, error}
let latest = null, ended = false, offset = 0;

const source = new EventSource('events');
source.addEventListener('transfer', e => heard(e, (ms, what) => {
  if (what.retries > (latest?.retries ?? 0)) retries.push(ms);
  latest = what;
  quiet(ms);
  samples.push({ms, bytes: what.bytes, rate: rate(ms, what.bytes)});
}));
source.addEventListener('attempt', e => heard(e, (ms, what) => {
  const known = attempts.get(what.id);
  if (known) Object.assign(known, {to: ms, state: what.state, error: what.error});
  else attempts.set(what.id, {part: what.part, from: ms, state: what.state});
}));
source.addEventListener('end', () => {
  ended = true;
  source.close();
  draw();
});

function heard(event, note) {
  const {ms, what} = JSON.parse(event.data);
  offset = Math.max(offset, ms);
  arrived = performance.now();
  note(ms, what);
}
let arrived = 0;

// now is the time on the program's clock, which goes on between events.
const now = () => ended || !latest ? offset : offset + performance.now() - arrived;

// rate is the bytes per second of the last second. Bytes that a retry takes back make it no less
// than nothing.
function rate(ms, bytes) {
  let i = samples.length - 1;
  while (i > 0 && samples[i - 1].ms >= ms - 1000) i--;
  const since = samples[i];
  return since && ms > since.ms ? Math.max(0, (bytes - since.bytes) / (ms - since.ms) * 1000) : 0;
}

// quiet notes that nothing moved until ms, as long as nothing else was told: there is an event
// about every 100 ms while something does.
function quiet(ms) {
  while (samples.at(-1)?.quiet) samples.pop();
  for (let last; (last = samples.at(-1)) && ms - last.ms > 250;) {
    samples.push({ms: last.ms + 100, bytes: last.bytes, rate: rate(last.ms + 100, last.bytes), quiet: true});
  }
}

const left = 64, right = 12, ns = 'http://www.w3.org/2000/svg';
const byId = id => document.getElementById(id);

function draw() {
  if (!latest) return;
  quiet(now());
  const width = byId('throughput').clientWidth, end = Math.max(now(), 1000);
  const x = ms => left + ms / end * (width - left - right);
  numbers(end);
  throughput(width, x, end);
  timeline(width, x, end);
}

function numbers(end) {
  const t = latest;
  byId('object').textContent = `s3://${t.bucket}/${t.key}`;
  const state = t.kind === 'finished' || t.kind === 'failed' ? t.kind : 'uploading';
  byId('state').textContent = byId('state').className = state;
  byId('progress').value = t.total > 0 ? t.bytes / t.total : 0;
  byId('bytes').textContent = bytes(t.bytes) + (t.total >= 0 ? ' of ' + bytes(t.total) : '');
  byId('now').textContent = state === 'uploading' ? bytes(samples.at(-1).rate) + '/s' : '–';
  byId('average').textContent = bytes(t.bytes / end * 1000) + '/s';
  byId('parts').textContent = t.parts ? `${t.partsDone} of ${t.parts}` : t.partsDone;
  byId('retries').textContent = t.retries;
  byId('time').textContent = (end / 1000).toFixed(1) + ' s';
  byId('error').textContent = t.error ?? '';
  byId('error').hidden = !t.error;
}

function throughput(width, x, end) {
  const height = 180, bottom = height - 20, svg = byId('throughput');
  const step = nice(Math.max(...samples.map(s => s.rate), 1 << 20) / 4, 1024), top = step * Math.ceil(Math.max(...samples.map(s => s.rate), 1) / step);
  const y = rate => bottom - rate / top * (bottom - 8);
  const parts = [];
  for (let v = 0; v <= top; v += step) {
    parts.push(element('line', {class: 'axis', x1: left, x2: width - right, y1: y(v), y2: y(v)}));
    parts.push(label(left - 6, y(v) + 4, bytes(v) + '/s', 'end'));
  }
  parts.push(...seconds(x, end, bottom, height));
  const line = samples.map(s => `${x(s.ms).toFixed(1)},${y(s.rate).toFixed(1)}`);
  parts.push(element('polygon', {class: 'area', points: [`${x(samples[0].ms)},${bottom}`, ...line, `${x(samples.at(-1).ms)},${bottom}`].join(' ')}));
  for (const ms of retries) parts.push(element('line', {class: 'retry', x1: x(ms), x2: x(ms), y1: 8, y2: bottom}));
  parts.push(element('polyline', {class: 'curve', points: line.join(' ')}));
  replace(svg, width, height, parts);
}

function timeline(width, x, end) {
  const count = Math.max(latest.parts, ...[...attempts.values()].map(a => a.part), 1);
  const row = Math.min(16, Math.max(2, 400 / count)), bottom = count * row + 4, height = bottom + 20;
  const every = Math.ceil(14 / row), parts = seconds(x, end, bottom, height);
  for (let p = 1; p <= count; p += every) parts.push(label(left - 6, (p - 0.5) * row + 6, 'part ' + p, 'end'));
  for (const a of attempts.values()) {
    const from = x(a.from), to = x(a.to ?? end);
    const bar = element('rect', {class: a.state, x: from, y: (a.part - 1) * row + 3, width: Math.max(to - from - 0.5, 1), height: Math.max(row - 2, 1), rx: row > 6 ? 2 : 0});
    const told = bar.appendChild(document.createElementNS(ns, 'title'));
    told.textContent = `part ${a.part}, ${a.state}, from ${(a.from / 1000).toFixed(2)} s to ${((a.to ?? end) / 1000).toFixed(2)} s` + (a.error ? ': ' + a.error : '');
    parts.push(bar);
  }
  replace(byId('timeline'), width, height, parts);
}

// seconds is the axis of both charts.
function seconds(x, end, bottom, height) {
  const step = nice(end / 1000 / 8, 10), parts = [];
  for (let s = 0; s * 1000 <= end; s += step) {
    parts.push(element('line', {class: 'axis', x1: x(s * 1000), x2: x(s * 1000), y1: 4, y2: bottom}));
    parts.push(label(x(s * 1000), height - 5, +s.toFixed(1) + ' s', 'middle'));
  }
  return parts;
}

// nice is a round number above n: 1, 2 or 5 times a power of ten, of bytes 1, 2, 4 ... of 1024.
function nice(n, base) {
  if (base === 1024) return 2 ** Math.ceil(Math.log2(n));
  const power = 10 ** Math.floor(Math.log10(n));
  return [1, 2, 5, 10].find(m => m * power >= n) * power;
}

function element(name, attributes) {
  const e = document.createElementNS(ns, name);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  return e;
}

function label(x, y, text, anchor) {
  const e = element('text', {x, y, 'text-anchor': anchor});
  e.textContent = text;
  return e;
}

function replace(svg, width, height, parts) {
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('height', height);
  svg.replaceChildren(...parts);
}

function bytes(n) {
  let unit = 0;
  for (n = Math.max(n, 0); n >= 1024 && unit < 4; unit++) n /= 1024;
  return (unit && n % 1 ? n.toFixed(1) : Math.round(n)) + ' ' + ['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit];
}

addEventListener('resize', draw);
const timer = setInterval(() => {
  draw();
  if (ended) clearInterval(timer);
}, 100);
