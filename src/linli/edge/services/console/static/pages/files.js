import { afar, bytes, call, confirm, empty, fill, h, number, span, t, table, time, toast } from '../dom.js'

function filled(percent) {
  const bar = h('i')
  bar.style.width = `${percent}%` // by the object: style attributes are forbidden here
  return bar
}

export function files({ body }) {
  const state = { begins: '', after: '' }
  const back = []
  const list = h('section.card')
  const search = h('input.search', { type: 'search', placeholder: t('files.search'), 'aria-label': t('files.search') })
  let waiting = 0
  search.oninput = () => { clearTimeout(waiting); waiting = setTimeout(() => { state.begins = search.value; state.after = ''; back.length = 0; load() }, 200) }
  fill(body, h('div.head', h('h1', t('page.files')), h('span.grow'), search), list)
  async function load() {
    let found
    try { found = await call(`files?${new URLSearchParams(state)}`) } catch (error) { fill(list, h('div.note.bad', error.message)); return }
    const full = found.room.quota ? Math.round((found.room.bytes / found.room.quota) * 100) : 0
    fill(list, h('div.row', h('span.soft', t('files.room', { n: number(found.room.files), bytes: bytes(found.room.bytes), quota: bytes(found.room.quota) }))),
      h('div.bar', { role: 'progressbar', 'aria-valuenow': full, 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-label': t('page.files') }, filled(full)),
      found.files.length ? table([
        { title: t('files.path'), path: true, cell: (one) => afar ? h('span.mono', one.path) : h('a.mono', { href: `http://${location.hostname}:9102/oss/${one.path.split('/').map(encodeURIComponent).join('/')}`, target: '_blank', rel: 'noreferrer' }, one.path) },
        { title: t('files.size'), number: true, cell: (one) => bytes(one.bytes) },
        { title: t('files.created'), cell: (one) => time(one.createdMs) },
        { title: t('files.expires'), cell: (one) => (one.expiresMs > Date.now() ? t('files.in', { span: span(one.expiresMs - Date.now()) }) : t('files.any_time')) },
        { title: '', act: true, cell: (one) => h('button.plain', { onclick: () => remove(one) }, t('delete')) },
      ], found.files) : state.begins ? empty('files', t('files.none_found')) : empty('files', t('files.none'), h('p.faint', t('files.none_why'))),
      back.length || found.more ? h('div.row', h('button', { disabled: !back.length, onclick: () => { state.after = back.pop(); load() } }, t('back')), h('button', { disabled: !found.more, onclick: () => { back.push(state.after); state.after = found.files.at(-1).path; load() } }, t('on'))) : null)
  }
  async function remove(file) {
    if (!(await confirm(t('files.delete'), h('p', t('files.delete_why', { path: file.path })), t('delete'), true))) return
    try { await call('files/delete', { path: file.path }); toast(t('files.deleted')) } catch (error) { toast(error.message) }
    load()
  }
  load()
  return {}
}
