import { call, empty, fill, h, pill, t, time } from '../dom.js'

const KIND = { ok: 'ok', warning: 'warn', error: 'bad' }

export function diagnosis({ body }) {
  const list = h('section.card')
  const run = h('button.first', { onclick: look }, t('diagnosis.run'))
  fill(body, h('div.head', h('h1', t('page.diagnosis')), h('span.grow'), run), list)
  fill(list, empty('diagnosis', t('diagnosis.none'), h('p.faint', t('diagnosis.none_why'))))

  async function look() {
    run.disabled = true
    fill(list, h('p.soft', { role: 'status' }, t('diagnosis.running')))
    try {
      show(await call('diagnosis', {}))
    } catch (error) { fill(list, h('div.note.bad', { role: 'alert' }, error.message)) }
    run.disabled = false
  }
  function show(found) {
    const worst = found.findings.some((one) => one.level === 'error') ? 'bad' : found.findings.some((one) => one.level === 'warning') ? 'warn' : 'ok'
    fill(list, h(`div.note.${worst}`, h('strong', found.summary), h('div.soft', time(found.atMs))),
      h('div.pile', found.findings.map((one) => h('div.row.finding', pill(KIND[one.level], t(`diagnosis.${one.level}`)), h('div.words', h('strong', one.step), h('div', one.text), one.advice ? h('div.soft', one.advice) : null)))),
      h('div.row', h('button', { onclick: () => save(found) }, t('diagnosis.save'))))
  }
  function save(found) {
    const link = h('a', { href: URL.createObjectURL(new Blob([found.text], { type: 'text/plain' })), download: `diagnosis-${new Date(found.atMs).toISOString().slice(0, 19).replaceAll(':', '')}.txt` })
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60000)
  }
  return {}
}
