import { call, facts, field, fill, h, pill, t, toast } from '../dom.js'

export function activation({ body, status, goto }) {
  const words = { cloud: '', code: '', serialNumber: status.box.serialNumber || '' }
  let working = false
  let fault = {}
  const card = h('section.card')
  fill(body, h('div.head', h('h1', t('page.activation'))), card)

  function draw(box) {
    if (box.active) {
      fill(card, h('div.row', h('h2', t('activation.active')), pill('ok', t('state.active'))), h('p.soft', t('activation.active_why')),
        facts([t('node'), `${box.nodeName} (${box.nodeId})`], [t('serial'), h('span.mono', box.serialNumber)], [t('cloud'), box.cloud], [t('model'), box.model]))
      return
    }
    const input = (name, placeholder) => h('input', { value: words[name], placeholder, oninput: (event) => { words[name] = event.target.value.trim() } })
    fill(card, h('h2', t('activation.now')), h('p.soft', t('activation.how')),
      h('form.form', { onsubmit: (event) => { event.preventDefault(); send() } },
        fault.all ? h('div.note.bad', { role: 'alert' }, fault.all) : null,
        field(t('cloud'), input('cloud', 'https://linli.example.com'), { wrong: fault.cloud }),
        field(t('serial'), input('serialNumber', ''), { wrong: fault.serialNumber, help: t('activation.serial_help') }),
        field(t('activation.code'), input('code', ''), { wrong: fault.code }),
        h('div.row', h('button.first', { disabled: working }, t(working ? 'activation.working' : 'activation.now')))))
  }
  async function send() {
    working = true
    fault = {}
    draw(status.box)
    try { await call('activate', words); toast(t('activation.done')); goto('status') } catch (error) { fault = { [error.field || 'all']: error.message } }
    working = false
    draw(status.box)
  }
  draw(status.box)
  return { look: (found) => { if (found.box.active !== status.box.active) { status = found; draw(found.box) } } }
}
