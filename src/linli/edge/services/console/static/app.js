// The frame: log-in, navigation, language, theme; each page is a module that draws itself into a node.
import { call, field, fill, h, icon, pill, remember, store, t } from './dom.js'
import { activation } from './pages/activation.js'
import { devices } from './pages/devices.js'
import { diagnosis } from './pages/diagnosis.js'
import { files } from './pages/files.js'
import { interconnect } from './pages/interconnect.js'
import { keeping } from './pages/keeping.js'
import { logs } from './pages/logs.js'
import { network } from './pages/network.js'
import { parking } from './pages/parking.js'
import { status } from './pages/status.js'
import { video } from './pages/video.js'

const PAGES = { status, devices, parking, video, logs, diagnosis, network, interconnect, files, keeping, activation }
const root = document.getElementById('app')
let last = null
let timer = 0
let first = ''

window.addEventListener('logged-out', () => { if (store.token) { setToken(''); draw() } })
window.addEventListener('hashchange', () => draw())

function setToken(token) {
  store.token = token
  remember('sessionStorage', 'linli-box-token', token)
}

function switches() {
  const dark = document.documentElement.classList.contains('dark')
  return [
    h('button.plain', { onclick: () => { store.lang = store.lang === 'zh' ? 'en' : 'zh'; remember('localStorage', 'linli-box-lang', store.lang); draw() } }, store.lang === 'zh' ? 'English' : '中文'),
    h('button.plain', { onclick: () => { document.documentElement.classList.toggle('dark'); remember('localStorage', 'linli-box-theme', dark ? 'light' : 'dark'); draw() } }, t(dark ? 'theme.light' : 'theme.dark')),
  ]
}

async function gate() {
  const hello = await call('hello').catch(() => ({ firstTime: false, codeWaits: false }))
  let withCode = hello.firstTime || hello.codeWaits
  const show = (fault = {}) => {
    const word = h(`input${withCode ? '.code' : ''}`, { type: withCode ? 'text' : 'password', name: 'word', autocomplete: withCode ? 'one-time-code' : 'current-password', placeholder: withCode ? 'K7QM-3XPD' : '', required: true })
    const fresh = withCode ? h('input', { type: 'password', name: 'new', autocomplete: 'new-password', minlength: 8, maxlength: 128, required: true }) : null
    const form = h('form.form', {
      onsubmit: async (event) => {
        event.preventDefault()
        try {
          setToken((await call('login', { word: word.value, newPassword: fresh?.value ?? '' })).token)
          draw()
        } catch (error) { show({ [error.field || 'all']: error.message }) }
      },
    },
    fault.all ? h('div.note.bad', { role: 'alert' }, fault.all) : null,
    field(t(withCode ? 'login.code' : 'login.password'), word, { wrong: fault.word, help: t(withCode ? 'login.code_help' : 'login.password_help') }),
    fresh ? field(t('login.new_password'), fresh, { wrong: fault.newPassword, help: t('login.new_help') }) : null,
    h('button.first', {}, t(withCode ? 'login.set' : 'login.in')),
    hello.firstTime ? null : h('button.plain', { type: 'button', onclick: () => { withCode = !withCode; show() } }, t(withCode ? 'login.by_password' : 'login.by_code')))
    fill(root, h('main.gate', h('div.card', h('div.row', h('img', { src: 'mark.svg', alt: '' }), h('div', h('h1', t('title')), h('p.soft', t('subtitle')))), form, h('div.row', switches()))))
    word.focus()
  }
  show()
}

export function goto(page, words = {}) {
  location.hash = `#/${page}${Object.keys(words).length ? `?${new URLSearchParams(words)}` : ''}`
}

async function draw() {
  clearInterval(timer)
  store.page?.stop?.()
  store.page = null
  document.documentElement.lang = store.lang === 'zh' ? 'zh-CN' : 'en'
  document.title = t('title')
  if (!store.token) return gate()
  const [name, query = ''] = location.hash.replace(/^#\//, '').split('?')
  if (!name && !first) first = (await call('hello').catch(() => ({}))).first || 'status'
  const here = PAGES[name] ? name : first || 'status'
  const link = h('span.link')
  const title = h('span.name', t('title'))
  const body = h('main.page', { id: 'page' })
  const nav = h('nav.nav', { 'aria-label': t('nav') }, Object.keys(PAGES).map((one) => h('a', { href: `#/${one}`, 'aria-current': one === here ? 'page' : null }, icon(one), h('span', t(`page.${one}`)))))
  fill(root, h('div.frame', h('header.top', h('img', { src: 'mark.svg', alt: '' }), title, link, h('span.grow'), switches(),
    h('button.plain', { onclick: async () => { await call('logout', {}).catch(() => {}); setToken(''); draw() } }, t('logout'))), nav, body))
  nav.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
  const look = async () => {
    try {
      last = await call('status')
      title.textContent = last.box.nodeName || last.box.serialNumber || t('title')
      fill(link, !last.box.active ? pill('warn', t('state.inactive')) : last.box.lineUp ? pill('ok', t('state.online')) : pill('bad', t('state.offline')))
      store.page?.look?.(last)
    } catch (error) {
      fill(link, pill('bad', error.message))
    }
  }
  await look()
  if (!store.token) return
  store.page = PAGES[here]({ body, status: last, query: new URLSearchParams(query), goto })
  timer = setInterval(look, 3000)
}

draw()
