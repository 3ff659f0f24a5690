// Small helpers: elements, words, numbers, dialogues. No framework: the box serves this page to one installer at a time.
import { texts } from './texts.js'

export const store = { lang: 'zh', token: '', page: null }

/** Seen from afar: the platform shows this page without an origin, so without storage and beside none of the box's ports. */
export const afar = self.origin === 'null'

const kept = (where, key) => { try { return self[where].getItem(key) || '' } catch { return '' } }

/** `where`: localStorage, sessionStorage. An empty value is forgotten; where there is no storage nothing is kept. */
export function remember(where, key, value) {
  try { value ? self[where].setItem(key, value) : self[where].removeItem(key) } catch { /* private windows, and from afar */ }
}

store.lang = kept('localStorage', 'linli-box-lang') || (navigator.language.startsWith('zh') ? 'zh' : 'en')
store.token = kept('sessionStorage', 'linli-box-token')
const theme = kept('localStorage', 'linli-box-theme') || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : '')
document.documentElement.classList.toggle('dark', theme === 'dark')

export function t(key, facts = {}) {
  const text = texts[store.lang][key] ?? key
  return text.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? '')
}

const SVG = 'http://www.w3.org/2000/svg'
const SHAPES = {
  status: 'M3 12h4l3-8 4 16 3-8h4', devices: 'M5 3h10v18H5zM12 12h.01M15 7h4v14h-4', logs: 'M5 5h14M5 10h14M5 15h9M5 20h6',
  network: 'M12 3v6M6 21v-5h12v5M12 9v7M9 3h6v5H9z', activation: 'M12 3l7 4v5c0 5-3.5 7.5-7 9-3.5-1.5-7-4-7-9V7zM9 12l2 2 4-4',
  files: 'M4 5h6l2 3h8v11H4z', keeping: 'M12 4v10M8 10l4 4 4-4M4 18h16', interconnect: 'M5 12h14M8 8l-4 4 4 4M16 8l4 4-4 4',
  parking: 'M5 3h14v18H5zM9 17V7h4a3 3 0 0 1 0 6H9',
  video: 'M4 7h11v10H4zM15 11l5-3v8l-5-3',
  diagnosis: 'M10 4a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM14.5 14.5L20 20M7.5 10h5M10 7.5v5',
  ok: 'M5 12l5 5 9-10', bad: 'M6 6l12 12M18 6L6 18', warn: 'M12 8v5M12 16.5v.01M12 3l9.5 17h-19z',
}

export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(SVG, 'path')
  for (const [key, value] of Object.entries({ d: SHAPES[name], fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }))
    path.setAttribute(key, value)
  svg.append(path)
  return svg
}

/** h('div.card', { onclick }, child, 'text', [more]) */
export function h(tag, props, ...children) {
  if (props instanceof Node || typeof props === 'string' || Array.isArray(props)) { children.unshift(props); props = {} }
  const [name, ...classes] = tag.split('.')
  const node = document.createElement(name)
  if (classes.length) node.className = classes.join(' ')
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue
    if (key.startsWith('on')) node[key] = value
    else if (key === 'value' || key === 'checked' || key === 'disabled') node[key] = value
    else node.setAttribute(key, value === true ? '' : value)
  }
  return fill(node, ...children)
}

/** Put these children, and no others, into a node; null and false are none. */
export function fill(node, ...children) {
  node.replaceChildren(...children.flat(3).filter((one) => one !== null && one !== undefined && one !== false))
  return node
}

export const pill = (kind, text) => h(`span.pill${kind ? `.${kind}` : ''}`, text)
export const facts = (...pairs) => h('dl.facts', pairs.filter(Boolean).map(([name, value]) => [h('dt', name), h('dd', value)]))
export const empty = (shape, ...words) => h('div.empty', icon(shape), words.map((one) => (typeof one === 'string' ? h('p', one) : one)))

export function field(label, input, { help = '', wrong = '', name = '' } = {}) {
  return h(`label.field${wrong ? '.bad' : ''}`, { 'data-field': name }, h('span', label), input, wrong ? h('span.wrong', wrong) : null, help ? h('small', help) : null)
}

/** A table whose rows become cards on a phone: cells carry their column's name. */
export function table(columns, rows, onrow) {
  return h('div.scroll', h('table.stack',
    h('thead', h('tr', columns.map((one) => h(one.number ? 'th.number' : 'th', one.title)))),
    h('tbody', rows.map((row) => h(onrow ? 'tr.go' : 'tr', { onclick: onrow ? () => onrow(row) : null },
      columns.map((one, n) => h(`td${one.number ? '.number' : ''}${n ? '' : '.lead'}${one.act ? '.act' : ''}${one.path ? '.path' : ''}`, { 'data-label': one.title }, one.cell(row))))))))
}

export function bytes(size) {
  if (size < 1024) return `${size} B`
  const step = Math.min(4, Math.floor(Math.log2(size) / 10))
  const shown = size / 2 ** (10 * step)
  return `${shown >= 100 ? Math.round(shown) : shown.toFixed(1)} ${['', 'KiB', 'MiB', 'GiB', 'TiB'][step]}`
}

const locale = () => (store.lang === 'zh' ? 'zh-CN' : 'en-GB')
export const number = (value) => value.toLocaleString(locale())
export const time = (ms) => new Date(ms).toLocaleString(locale(), { hour12: false })
export const clock = (ms) => new Date(ms).toLocaleTimeString(locale(), { hour12: false })

export function span(ms) {
  const minutes = Math.floor(ms / 60000)
  if (minutes < 1) return t('span.now')
  if (minutes < 60) return t('span.minutes', { n: minutes })
  if (minutes < 2880) return t('span.hours', { n: Math.floor(minutes / 60) })
  return t('span.days', { n: Math.floor(minutes / 1440) })
}

export function toast(text) {
  document.querySelectorAll('.toast').forEach((one) => one.remove())
  const node = h('div.toast', { role: 'status' }, text)
  document.body.append(node)
  setTimeout(() => node.remove(), 4000)
}

/** Ask before something is done; resolves to whether it shall be. */
export function confirm(title, words, action, danger = false) {
  return new Promise((resolve) => {
    const box = h('dialog', {}, h('form', { method: 'dialog' }, h('h2', title), words, h('div.row',
      h('button', { value: 'no' }, t('cancel')), h(danger ? 'button.danger' : 'button.first', { value: 'yes' }, action))))
    box.onclose = () => { resolve(box.returnValue === 'yes'); box.remove() }
    document.body.append(box)
    box.showModal()
  })
}

export class Failed extends Error {
  constructor(status, body) {
    super(body.message || t('failed'))
    this.status = status
    this.field = body.field || ''
  }
}

export async function call(path, body) {
  let answer
  try {
    answer = await fetch(`api/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'x-linli-request': `Bearer ${store.token}`, 'accept-language': store.lang },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  } catch {
    throw new Failed(0, { message: t('no_box') })
  }
  if (answer.ok && answer.headers.get('content-type') === 'application/octet-stream') return answer.blob()
  const said = await answer.json().catch(() => ({}))
  if (answer.status === 401) window.dispatchEvent(new Event('logged-out'))
  if (!answer.ok) throw new Failed(answer.status, said)
  return said
}
