import { call, empty, field, fill, h, pill, t, toast } from '../dom.js'

export function parking({ body }) {
  const lanes = h('div')
  let drawn = ''
  fill(body, h('div.head', h('h1', t('page.parking'))), h('div.note', t('parking.hint')), lanes)
  async function load() {
    let answer
    try { answer = await call('parking') } catch (error) { drawn = ''; fill(lanes, h('div.note.bad', { role: 'alert' }, error.message, h('button', { onclick: load }, t('parking.again')))); return }
    const now = JSON.stringify(answer)
    if (now === drawn) return // what is being typed stays
    drawn = now
    fill(lanes, answer.lanes.length ? answer.lanes.map(lane) : empty('parking', t('parking.none'), h('p.faint', t('parking.none_why'))))
  }
  function lane(one) {
    const words = h('input.code', { inputmode: 'numeric', autocomplete: 'off', maxlength: 64, placeholder: '1234 5678', required: true })
    const wrong = h('div', { role: 'alert' })
    return h('section.card', { 'data-lane': one.barrierId },
      h('div.row', h('h2', one.name || one.barrierId), h('span.soft', one.lotName), one.car ? pill('warn', t('parking.due', { plate: one.car.plate, yuan: (one.car.fen / 100).toFixed(2) })) : pill('', t('parking.nobody'))),
      one.paidShut ? h('div.note.bad', t('parking.shut', { plate: one.paidShut })) : null,
      one.car?.qr ? h('img', { src: one.car.qr, alt: t('parking.qr'), width: 180, height: 180 }) : null,
      one.car && !one.car.qr ? h('p.soft', t('parking.no_code')) : null,
      h('form.form', {
        onsubmit: async (event) => {
          event.preventDefault()
          try {
            const paid = await call('parking/receipt', { barrierId: one.barrierId, receipt: words.value })
            toast(t('parking.opened', { plate: paid.plate, yuan: (paid.fen / 100).toFixed(2) }))
            words.value = ''
            fill(wrong)
            load()
          } catch (error) { fill(wrong, h('div.note.bad', error.message)) }
        },
      }, wrong, field(t('parking.digits'), words), h('div.row', h('button.first', {}, t('parking.open')))))
  }
  load()
  return { look: load }
}
