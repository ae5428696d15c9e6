'use strict';

const form = document.getElementById('form');
const uploads = document.getElementById('uploads');

form.addEventListener('submit', event => {
  event.preventDefault();
  const way = form.elements.way.value;
  for (const file of form.elements.file.files) upload(way, file);
});

async function upload(way, file) {
  const row = newRow(way, file);
  try {
    const signed = await sign(way, file);
    const began = performance.now();
    await send(signed, file, sent => row.progress(sent, performance.now() - began));
    row.stored(signed);
  } catch (error) {
    row.failed(error);
  }
}

// sign has this page's server sign one upload. The file stays here.
async function sign(way, file) {
  const answer = await fetch('uploads/' + way, {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({name: file.name, type: file.type, size: file.size}),
  });
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer.json();
}

// send uploads the file to the store. It is XMLHttpRequest because fetch tells nothing of the
// progress of what it sends.
function send(signed, file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(signed.method, signed.url);
    for (const [name, value] of Object.entries(signed.header ?? {})) request.setRequestHeader(name, value);
    request.upload.onprogress = event => progress(Math.min(event.loaded, file.size));
    request.onload = () => request.status >= 200 && request.status < 300 ? resolve() : reject(new Error(refusal(request)));
    // Scripts are not told more of an answer that CORS keeps from them.
    request.onerror = () => reject(new Error('no answer that this page may read: refused, cut off, or not allowed by CORS'));
    let body = file;
    if (signed.fields) {
      body = new FormData();
      for (const [name, value] of signed.fields) body.append(name, value);
      body.append('file', file, file.name); // last: stores ignore what follows it
    }
    request.send(body);
  });
}

// refusal is what the store says was wrong: S3 in XML, Swift in text.
function refusal(request) {
  const error = request.responseXML?.querySelector('Error');
  const text = error
    ? error.querySelector('Code')?.textContent + ': ' + error.querySelector('Message')?.textContent
    : request.responseText.split('\n').pop();
  return 'refused with ' + request.status + (text ? ', ' + text : '');
}

function newRow(way, file) {
  const row = document.createElement('li');
  const add = (tag, name, text) => {
    const e = row.appendChild(document.createElement(tag));
    e.className = name;
    e.textContent = text;
    return e;
  };
  add('span', 'name', file.name);
  add('span', 'way', form.querySelector(`[value="${way}"]`).parentElement.textContent.trim());
  const bar = add('progress', 'bar', '');
  bar.max = file.size || 1;
  bar.value = 0;
  const state = add('span', 'state', 'signing');
  const link = add('span', 'link', '');
  uploads.prepend(row);
  return {
    progress(sent, ms) {
      bar.value = sent;
      state.textContent = `${bytes(sent)} of ${bytes(file.size)}` + (ms > 200 ? `, ${bytes(sent / ms * 1000)}/s` : '');
    },
    stored(signed) {
      bar.value = bar.max;
      row.classList.add('stored');
      state.textContent = 'stored as ' + signed.object;
      const a = link.appendChild(document.createElement('a'));
      a.href = signed.link;
      a.textContent = 'open';
    },
    failed(error) {
      row.classList.add('failed');
      state.textContent = error.message;
    },
  };
}

function bytes(n) {
  let unit = 0;
  for (; n >= 1024 && unit < 4; unit++) n /= 1024;
  return (unit ? n.toFixed(1) : Math.round(n)) + ' ' + ['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit];
}
