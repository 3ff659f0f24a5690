import { call, clock, confirm, empty, facts, field, fill, h, pill, t, toast } from '../dom.js'
import { modem } from './modem.js'

export function network({ body }) {
  const plan = { two: false, outside: { device: '', method: 'static', address: '', netmask: '255.255.255.0', gateway: '', dns: '223.5.5.5' }, inside: { device: '', method: 'static', address: '', netmask: '255.255.255.0', gateway: '' }, routes: '' }
  const now = h('section.card')
  const form = h('section.card')
  const result = h('section.card.hidden')
  const trial = h('div')
  const modemCard = h('section.card')
  let timer = 0
  let canTry = false
  let faults = {}
  fill(body, h('div.head', h('h1', t('page.network'))), h('div.note', t('network.hint')), trial, h('div.two', h('div.pile', now, result, modemCard), form))
  const modems = modem(modemCard)

  async function load() {
    const found = await call('network')
    canTry = found.canTry && found.writable
    show(found.trial)
    fill(now, h('div.row', h('h2', t('network.now')), h('span.grow'), found.undoable ? h('button', { onclick: undo }, t('network.undo')) : null),
      !found.present ? h('div.note.warn', t('network.elsewhere')) : !found.writable ? h('div.note.warn', t('network.no_right')) : null,
      found.cards.length ? found.cards.map((card) => h('div', h('div.row', h('strong.mono', card.device), card.defaultRoute ? pill('ok', t('network.default')) : null),
        facts([t('network.method'), t(`network.${card.method}`)], card.address && [t('network.address'), h('span.mono', `${card.address} / ${card.netmask}`)], card.gateway && [t('network.gateway'), h('span.mono', card.gateway)], card.routes.length && [t('network.routes'), h('span.mono', card.routes.join(' '))])))
        : empty('network', t('network.none')))
    if (!plan.outside.device && found.cards.length) {
      const card = found.cards.find((one) => one.defaultRoute) ?? found.cards[0]
      Object.assign(plan.outside, { device: card.device, method: card.method, address: card.address || '', netmask: card.netmask || '255.255.255.0', gateway: card.gateway || '', dns: card.dns || '223.5.5.5' })
    }
    draw()
  }

  /** The last change that was tried; one that goes on is looked at until it ends. */
  function show(last) {
    clearTimeout(timer)
    const on = last && ['bringing', 'asking'].includes(last.state)
    const kind = !last ? '' : on ? 'warn' : last.state === 'taken_back' ? 'bad' : 'ok'
    fill(trial, last ? h(`div.note.${kind}`, { role: 'status' }, h('strong', t(`trial.${last.state}`, { until: clock(last.untilMs), at: clock(last.endedMs) })),
      last.why ? h('p', last.why) : null, last.detail ? h('p.mono', last.detail) : null, on ? h('p', t('trial.on_why')) : null) : null)
    if (on) timer = setTimeout(again, 2000)
  }
  /** While the address changes nobody answers: ask again. */
  async function again() {
    try { const found = await call('network'); if (found.trial && !['bringing', 'asking'].includes(found.trial.state)) await load(); else show(found.trial) } catch { timer = setTimeout(again, 2000) }
  }

  function text(where, name, placeholder = '') {
    const full = `${where}.${name}`
    return field(t(`network.${name}`), h('input', { value: plan[where][name], placeholder, oninput: (event) => { plan[where][name] = event.target.value.trim() } }), { wrong: faults[full], name: full })
  }
  function card(where) {
    const methods = where === 'outside' ? ['static', 'dhcp', 'cellular'] : ['static', 'dhcp']
    return h('div.form', text(where, 'device', 'enp95s0f0'),
      h('div.field', h('span', t('network.method')), h('div.chips', methods.map((one) => h('button', { type: 'button', 'aria-pressed': String(plan[where].method === one), onclick: () => { plan[where].method = one; draw() } }, t(`network.${one}`)))), faults[`${where}.method`] ? h('span.wrong', faults[`${where}.method`]) : null),
      plan[where].method === 'static' ? [h('div.pair', text(where, 'address', '10.249.24.20'), text(where, 'netmask')), h('div.pair', text(where, 'gateway', '10.249.24.1'), where === 'outside' ? text(where, 'dns') : null)] : null,
      plan[where].method === 'cellular' ? h('div.note', t('network.cellular_why')) : null)
  }
  function draw() {
    fill(form, h('h2', t('network.plan')),
      h('div.chips', [false, true].map((two) => h('button', { 'aria-pressed': String(plan.two === two), onclick: () => { plan.two = two; draw() } }, t(two ? 'network.two' : 'network.one')))),
      plan.two ? h('strong', t('network.outside')) : null, card('outside'),
      plan.two ? [h('strong', t('network.inside')), card('inside'), h('div.form', field(t('network.routes'), h('input', { value: plan.routes, placeholder: '10.249.8.0/24 10.249.12.0/24', oninput: (event) => { plan.routes = event.target.value } }), { help: t('network.routes_help'), wrong: Object.entries(faults).find(([key]) => key.startsWith('routes'))?.[1] }))] : null,
      h('div.row', h('button.first', { onclick: check }, t('network.check'))))
  }
  function wire() {
    const one = (card, outside) => ({ device: card.device, method: card.method, ...(card.method === 'static' ? { address: card.address, netmask: card.netmask, gateway: card.gateway } : {}), ...(outside && card.method === 'static' ? { dns: card.dns } : {}) })
    return { outside: one(plan.outside, true), ...(plan.two ? { inside: one(plan.inside, false), routes: plan.routes.split(/[\s,，;]+/).filter(Boolean) } : {}) }
  }
  async function check() {
    faults = {}
    let found
    try { found = await call('network/check', wire()) } catch (error) { if (error.field) faults[error.field] = error.message; else toast(error.message); draw(); return }
    for (const one of found.faults) faults[one.field] ??= one.value ? `${one.value}: ${one.text}` : one.text
    draw()
    result.classList.toggle('hidden', found.faults.length > 0)
    fill(result, h('h2', t('network.preview')), found.notes.map((one) => h('div.note.warn', one.text)),
      found.changes.length ? [h('pre', found.changes.flatMap((one) => one.diff.split('\n').map((line) => h(`div${line.startsWith('+') ? '.add' : line.startsWith('-') ? '.cut' : ''}`, line || ' ')))), h('div.row', canTry ? h('button.first', { onclick: tryNow }, t('network.try')) : null, h(canTry ? 'button' : 'button.first', { onclick: apply }, t('network.write')))] : h('p.soft', t('network.same')))
    document.querySelector('.field.bad input')?.focus()
  }
  async function apply() {
    if (!(await confirm(t('network.write'), h('p', t('network.write_why')), t('network.write')))) return
    try { await call('network/apply', wire()); toast(t('network.written')); result.classList.add('hidden'); await load() } catch (error) { toast(error.message) }
  }
  async function tryNow() {
    if (!(await confirm(t('network.try'), h('p', t('network.try_why')), t('network.try')))) return
    try { await call('network/try', wire()); result.classList.add('hidden'); await load() } catch (error) { toast(error.message) }
  }
  async function undo() {
    if (!(await confirm(t('network.undo'), h('p', t('network.undo_why')), t('network.undo')))) return
    try { await call('network/undo', {}); toast(t('network.undone')); await load() } catch (error) { toast(error.message) }
  }
  load().catch((error) => fill(now, h('div.note.bad', error.message)))
  return { stop: () => { clearTimeout(timer); modems.stop() } }
}
