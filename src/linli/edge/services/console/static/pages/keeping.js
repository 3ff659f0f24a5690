import { bytes, call, confirm, facts, field, fill, h, pill, t, table, time, toast } from '../dom.js'

export function keeping({ body, status }) {
  const backup = h('section.card')
  const standby = h('section.card')
  fill(body, h('div.head', h('h1', t('page.keeping'))), h('div.two', backup, standby))
  let key = ''
  let fault = ''
  let working = false
  const word = h('input', { type: 'password', autocomplete: 'new-password', 'aria-label': t('keep.passphrase') })
  const again = h('input', { type: 'password', autocomplete: 'new-password', 'aria-label': t('keep.again') })

  function drawBackup(least) {
    fill(backup, h('h2', t('keep.backup')), h('p.soft', t('keep.backup_why')),
      h('form.form', { onsubmit: (event) => { event.preventDefault(); make(least) } },
        field(t('keep.passphrase'), word, { help: t('keep.passphrase_help', { n: least }), wrong: fault }), field(t('keep.again'), again),
        h('div.row', h('button.first', { disabled: working || !status.box.active }, t(working ? 'keep.working' : 'keep.download')))),
      status.box.active ? null : h('p.faint', t('keep.inactive')), h('p.faint', t('keep.restore_how')), h('pre', 'linli edge restore box.linlibox'))
  }
  async function make(least) {
    fault = word.value.length < least ? t('keep.passphrase_help', { n: least }) : word.value !== again.value ? t('keep.differ') : ''
    if (fault) { drawBackup(least); return }
    working = true
    drawBackup(least)
    try {
      const blob = await call('keeping/backup', { passphrase: word.value })
      const link = h('a', { href: URL.createObjectURL(blob), download: `${status.box.nodeName || 'box'}-${new Date().toISOString().slice(0, 10)}.linlibox` })
      link.click()
      setTimeout(() => URL.revokeObjectURL(link.href), 60000) // the browser reads it after the click
      word.value = again.value = ''
      toast(t('keep.done', { bytes: bytes(blob.size) }))
    } catch (error) { fault = error.message }
    working = false
    drawBackup(least)
  }
  async function load() {
    let found
    try { found = await call('keeping') } catch (error) { fill(standby, h('div.note.bad', error.message)); return }
    drawBackup(found.passphraseLeast)
    fill(standby, h('div.row', h('h2', t('keep.standby')), pill(found.paired ? 'ok' : '', t(found.paired ? 'keep.paired' : 'keep.unpaired'))), h('p.soft', t('keep.standby_why')),
      facts([t('keep.fetched'), found.fetchedMs ? time(found.fetchedMs) : t('keep.never')], found.standsByFor && [t('keep.for'), h('span.mono', found.standsByFor)], [t('keep.move'), t(`move.${found.move.state}`, { percent: found.move.percent })]),
      found.move.waitsFor.map((one) => h('div.note.warn', t('keep.waits', { name: one.name, found: one.found, needed: one.needed }))),
      found.kept.length ? table([{ title: t('keep.at'), cell: (one) => time(one.atMs) }, { title: t('files.size'), number: true, cell: (one) => bytes(one.bytes) }], found.kept) : null,
      key ? [h('p', t('keep.key_once')), h('pre', `linli edge standby pair ${location.origin} --key ${key}\nlinli edge standby run`)] : null,
      h('div.row', h('button', { onclick: pair }, t(found.paired ? 'keep.new_key' : 'keep.pair'))), h('p.faint', t('keep.takeover_how')), h('pre', 'linli edge standby takeover'))
  }
  async function pair() {
    if (!(await confirm(t('keep.pair'), h('p', t('keep.pair_why')), t('keep.pair')))) return
    try { key = (await call('keeping/key', {})).key } catch (error) { toast(error.message) }
    load()
  }
  load()
  return {}
}
