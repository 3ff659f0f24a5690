import { call, clock, confirm, facts, field, fill, h, pill, t, time, toast } from '../dom.js'

const SIM = { ready: 'ok', missing: 'bad', locked: 'warn', puk: 'bad', error: 'bad', unknown: '' }
const PROGRESS = { off: '', waiting: 'bad', connecting: 'warn', connected: 'ok' }

/** The modem's part of the page of the network: how it is, and how it is to connect. `stop` ends its asking. */
export function modem(card) {
  const now = h('div.pile')
  const form = h('div')
  let timer = 0
  let kept = null
  let fault = {}
  let pick = []
  const given = { modem: '', apn: '', user: '', password: '', pin: '', ipType: 'ipv4', roaming: false }
  fill(card, h('h2', t('modem.title')), h('p.soft', t('modem.hint')), now, form)

  async function look() {
    clearTimeout(timer)
    try {
      const found = await call('cellular')
      if (!found.progress) { card.classList.add('hidden'); return }
      draw(found)
      const changed = kept === null || pick.join() !== found.modems.map((one) => one.id).join() || kept.on !== found.settings.on
      if (kept === null) for (const name of ['modem', 'apn', 'user', 'ipType', 'roaming']) given[name] = found.settings[name]
      kept = found.settings
      pick = found.modems.map((one) => one.id)
      if (changed) drawForm(found)
    } catch (error) {
      fill(now, h('div.note.bad', error.message))
    }
    timer = setTimeout(look, 3000)
  }
  function draw(found) {
    const { progress, why, text, detail } = found
    fill(now, h('div.row', pill(PROGRESS[progress], t(`modem.${progress}`)), progress === 'connected' ? h('span.mono', [found.interface, found.address].filter(Boolean).join(' ')) : null,
      h('span.grow'), progress === 'connected' ? h('span.faint', t('modem.since', { time: time(found.sinceMs) })) : null),
    why ? h(`div.note.${progress === 'waiting' ? 'bad' : 'warn'}`, { role: 'status' }, h('strong', text), detail ? h('p.mono', detail) : null, found.retryMs ? h('p', t('modem.again', { at: clock(found.retryMs) })) : null) : null,
    found.modems.map((one) => h('div.pile', h('strong', [one.maker, one.model].filter(Boolean).join(' ') || t('modem.unnamed')), facts(
      [t('modem.sim'), pill(SIM[one.sim], t(`modem.sim_${one.sim}`))], [t('modem.operator'), one.operator || '—'], [t('modem.registration'), t(`modem.reg_${one.registration}`)],
      [t('modem.signal'), h('div', `${one.signal}%${one.access.length ? ` · ${one.access.join(', ')}` : ''}`, bar(one.signal))],
      one.imei && [t('modem.imei'), h('span.mono', one.imei)], [t('network.device'), h('span.mono', one.interface || '—')]))))
  }
  function text(name, more = {}, words = {}) {
    return field(t(`modem.${name}`), h('input', { value: given[name], autocomplete: 'off', spellcheck: 'false', oninput: (event) => { given[name] = event.target.value }, ...more }), { wrong: fault[name], name, ...words })
  }
  const secret = (name, has) => text(name, { type: 'password', autocomplete: 'new-password', placeholder: has ? t('modem.kept') : '' }, has ? { help: t('modem.kept_help') } : {})
  function drawForm(found) {
    fill(form, h('form.form', { onsubmit: connect },
      found.modems.length > 1 ? field(t('modem.which'), h('select', { onchange: (event) => { given.modem = event.target.value } }, h('option', { value: '' }, t('modem.first')), found.modems.map((one) => h('option', { value: one.id, selected: one.id === given.modem }, `${one.maker} ${one.model} ${one.imei}`)))) : null,
      text('apn', { placeholder: 'cmnet' }, { help: t('modem.apn_help') }), h('div.pair', text('user'), secret('password', kept.hasPassword)), h('div.pair', secret('pin', kept.hasPin),
        field(t('modem.ipType'), h('select', { onchange: (event) => { given.ipType = event.target.value } }, ['ipv4', 'ipv4v6'].map((one) => h('option', { value: one, selected: one === given.ipType }, t(`modem.${one}`)))))),
      h('label.row', h('input', { type: 'checkbox', checked: given.roaming, onchange: (event) => { given.roaming = event.target.checked } }), h('span', t('modem.roaming'))),
      h('div.row', h('button.first', {}, t(kept.on ? 'modem.again_now' : 'modem.connect')), kept.on ? h('button', { type: 'button', onclick: disconnect }, t('modem.disconnect')) : null)))
  }
  async function connect(event) {
    event.preventDefault()
    fault = {}
    const { password, pin, ...plain } = given
    try {
      await call('cellular/connect', { ...plain, apn: plain.apn.trim(), ...(password ? { password } : plain.user ? {} : { password: '' }), ...(pin ? { pin } : {}) })
      given.password = given.pin = ''
    } catch (error) { if (error.field) fault[error.field] = error.message; else toast(error.message) }
    const found = await call('cellular').catch(() => null)
    if (found) { kept = found.settings; draw(found); drawForm(found) }
    form.querySelector('.field.bad input')?.focus()
  }
  async function disconnect() {
    if (!(await confirm(t('modem.disconnect'), h('p', t('modem.disconnect_why')), t('modem.disconnect'), true))) return
    try { await call('cellular/disconnect', {}) } catch (error) { toast(error.message) }
    look()
  }
  look()
  return { stop: () => clearTimeout(timer) }
}

/** The page's policy lets no style stand in the markup. */
function bar(percent) {
  const filled = h('i')
  filled.style.width = `${percent}%`
  return h('div.bar', filled)
}
