import { call, confirm, empty, facts, field, fill, h, number, pill, span, t, table, toast } from '../dom.js'

/** The video component: gateway, devices with both connections, cloud identities. */
export function video({ body }) {
  const top = h('section.card')
  const list = h('section.card')
  const names = h('section.card')
  const search = h('input.search', { type: 'search', placeholder: t('video.search'), 'aria-label': t('video.search') })
  let state = { running: false, instances: [], models: [] }
  let shown = ''
  let waiting = 0
  let page = 0
  search.oninput = () => { clearTimeout(waiting); waiting = setTimeout(() => { waiting = 0; page = 0; load() }, 200) }
  const add = h('button.first', { onclick: () => form() }, t('video.add'))
  fill(body, h('div.head', h('h1', t('page.video')), h('span.grow'), search, add), top, list, names)

  async function load() {
    let devices, found
    try {
      state = await call('video')
      search.hidden = add.hidden = list.hidden = names.hidden = !state.running
      if (!state.running) { fill(top, empty('video', t('video.off'), h('p.faint', t('video.off_why')))); return }
      devices = await call(`video/devices?${new URLSearchParams({ search: search.value, page })}`)
      found = (await call('video/names')).names
    } catch (error) { fill(top, h('div.note.bad', error.message)); return }
    const now = JSON.stringify([state, devices, found])
    if (now === shown) return // a table that did not change keeps its focus
    shown = now
    fill(top, h('div.row', h('h2', t('video.gateways')), h('span.grow'), state.three ? null : h('button', { onclick: () => gateway() }, t('video.set_gateway'))),
      table([
        { title: t('video.instance'), cell: (one) => h('div', one.name, h('div.sub.mono', one.deviceName || t('video.no_gateway'))) },
        { title: t('video.cloud'), cell: (one) => h('div', pill(one.online ? 'ok' : one.deviceName ? 'bad' : '', t(one.online ? 'devices.online' : 'devices.offline')), one.online || !one.deviceName ? null : h('div.sub', one.why)) },
        { title: t('video.used'), number: true, cell: (one) => `${number(one.used)} / ${number(state.most)}` },
        { title: t('started'), cell: (one) => span(Date.now() - one.startedMs) },
        { title: '', act: true, cell: (one) => h('button.plain', { onclick: () => restart(one) }, t('video.restart')) },
      ], state.instances))
    const pages = Math.ceil(devices.total / devices.pageSize)
    fill(list, h('div.row', h('h2', t('video.devices')), h('span.soft', t('devices.count', { n: number(devices.total) })), h('span.grow'), h('button', { onclick: () => discover() }, t('video.discover')), h('button', { onclick: () => act('video/look', {}, t('video.looking')) }, t('video.look'))),
      devices.devices.length ? table([
        { title: t('video.name'), cell: (one) => h(one.parent ? 'div.below' : 'div', one.name, one.alias === one.name ? null : h('div.sub', one.alias), h('div.sub', modelName(one))) },
        { title: t('address'), cell: (one) => h('div', h('span.mono', one.address || t('video.channel', { n: one.channel })), one.product ? h('div.sub', one.product) : null) },
        { title: t('video.identity'), cell: (one) => (one.deviceName ? h('div', pill('ok', t('video.assigned')), h('div.sub.mono', one.deviceName)) : pill('', t('video.unassigned'))) },
        { title: t('video.cloud'), cell: (one) => pill(one.cloudOnline ? 'ok' : '', t(one.cloudOnline ? 'devices.online' : 'devices.offline')) },
        { title: t('video.local'), cell: (one) => h('div', pill(one.localOnline ? 'ok' : 'bad', t(one.localOnline ? 'devices.online' : 'devices.offline')), one.why ? h('div.sub', one.why) : null, one.alarms ? h('div.sub', one.alarms) : null) },
        { title: '', act: true, cell: (one) => acts(one) },
      ], devices.devices) : empty('video', t(search.value ? 'devices.none_found' : 'video.none'), search.value ? null : h('p.faint', t('video.none_why'))),
      pages > 1 ? h('div.row', h('button', { disabled: !page, onclick: () => { page--; load() } }, t('back')), h('span.soft', `${page + 1} / ${pages}`), h('button', { disabled: page + 1 >= pages, onclick: () => { page++; load() } }, t('on'))) : null)
    names.hidden = state.three
    fill(names, h('div.row', h('h2', t('video.names')), h('span.grow'), upload('links', (said) => t('video.linked', { n: said.matched, m: said.missing.length })), upload('certificates', (said) => t('video.uploaded', { n: said.count, m: said.matched }))),
      found.length ? table([
        { title: 'DeviceName', cell: (one) => h('span.mono', one.deviceName) },
        { title: t('video.assigned_to'), cell: (one) => one.of || t('video.unassigned') },
      ], found) : empty('files', t('video.no_names'), h('p.faint', t('video.no_names_why'))))
  }

  const modelName = (one) => state.models.find((model) => model.code === one.model)?.[document.documentElement.lang === 'en' ? 'nameEn' : 'name'] ?? one.model

  function acts(one) {
    const some = []
    if (one.deviceName && !state.three) some.push(h('button.plain', { onclick: () => unassign(one) }, t('video.unassign')))
    else if (!one.deviceName && !state.three) some.push(h('button.plain', { onclick: () => assign(one) }, t('video.assign')))
    if (one.kind === 'nvr') some.push(h('button.plain', { onclick: () => pull(one) }, t('video.pull')))
    else if (one.localOnline) some.push(h('button.plain', { onclick: () => picture(one) }, t('video.picture')))
    if (!one.parent) some.push(h('button.plain', { onclick: () => change(one) }, t('video.change')), h('button.plain', { onclick: () => remove(one) }, t('delete')))
    return h('div.row', some)
  }

  async function act(path, given, done) {
    try {
      const said = await call(path, given)
      if (done) toast(typeof done === 'function' ? done(said) : done)
      await load()
      return said
    } catch (error) { toast(error.message); return null }
  }

  const pull = (one) => act('video/pull', { no: one.no }, (said) => t('video.pulled', { n: said.cameras }))
  async function restart(one) {
    if (await confirm(t('video.restart'), h('p', t('video.restart_why', { name: one.name })), t('video.restart'))) act('video/restart', { instance: one.number }, t('video.restarted', { name: one.name }))
  }
  async function remove(one) {
    if (await confirm(t('video.delete'), h('p', t(one.kind === 'nvr' ? 'video.delete_nvr' : 'video.delete_why', { name: one.name })), t('delete'), true)) act('video/delete', { no: one.no }, (said) => t('video.deleted', { n: said.deleted }))
  }
  async function unassign(one) {
    if (await confirm(t('video.unassign'), h('p', t('video.unassign_why', { name: one.name, dn: one.deviceName })), t('video.unassign'), true)) act('video/unassign', { no: one.no })
  }

  async function picture(one) {
    try {
      const blob = await call('video/snapshot', { no: one.no })
      const { address } = await call('video/stream', { no: one.no })
      const reader = new FileReader()
      reader.onload = () => show(one.name, [h('img.shot', { src: String(reader.result).replace('application/octet-stream', 'image/jpeg'), alt: one.name }), facts([t('video.stream'), h('span.mono', address)])])
      reader.readAsDataURL(blob)
    } catch (error) { toast(error.message) }
  }

  function upload(what, done) {
    const file = h('input', { type: 'file', accept: '.csv,text/csv', hidden: true, 'aria-label': t(what === 'links' ? 'video.links' : 'video.upload') })
    file.onchange = async () => {
      if (file.files.length) act(`video/${what}`, { csv: await file.files[0].text() }, done)
      file.value = ''
    }
    return h('span', file, h('button', { onclick: () => file.click() }, t(what === 'links' ? 'video.links' : 'video.upload')))
  }

  function gateway() {
    const at = state.instances[0] ?? {}
    const inputs = { productKey: h('input', { value: at.productKey ?? '', required: true, maxlength: 64 }), deviceName: h('input', { value: at.deviceName ?? '', required: true, maxlength: 64 }), deviceSecret: h('input', { type: 'password', autocomplete: 'off', required: true, maxlength: 128 }) }
    ask(t('video.set_gateway'), (wrong) => [h('p.soft', t('video.gateway_why')), Object.entries(inputs).map(([name, input]) => field({ productKey: 'ProductKey', deviceName: 'DeviceName', deviceSecret: 'DeviceSecret' }[name], input, { wrong: wrong[name] }))],
      () => call('video/gateway', Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value]))))
  }

  function change(one) {
    const at = one.address.lastIndexOf(':')
    const inputs = {
      ip: h('input', { required: true, maxlength: 45, value: one.address.slice(0, at) }), port: h('input', { type: 'number', min: 1, max: 65535, value: one.address.slice(at + 1), required: true }),
      user: h('input', { maxlength: 64, autocomplete: 'off', value: one.user }), password: h('input', { type: 'password', maxlength: 128, autocomplete: 'new-password', placeholder: t('video.same') }),
    }
    const motion = h('input', { type: 'checkbox', checked: one.motion })
    ask(t('video.change'), (wrong) => [h('p', one.name), Object.entries(inputs).map(([name, input]) => field(t(`video.f.${name}`), input, { wrong: wrong[name] })),
      h('label.row', motion, h('span', t('video.motion')))],
      () => call('video/change', { no: one.no, motion: motion.checked, ip: inputs.ip.value, port: Number(inputs.port.value), user: inputs.user.value, password: inputs.password.value }))
  }

  async function assign(one) {
    const free = (await call('video/names')).names.filter((each) => !each.of)
    const choice = h('select', { required: true }, free.map((each) => h('option', { value: each.deviceName }, each.deviceName)))
    if (free.some((each) => each.deviceName === one.name)) choice.value = one.name
    ask(t('video.assign'), (wrong) => [h('p', one.name), free.length ? field('DeviceName', choice, { wrong: wrong.deviceName }) : h('div.note.warn', t('video.no_free'))],
      () => call('video/assign', { no: one.no, deviceName: choice.value }))
  }

  /** Cameras of this network: those that are new are added with their address, those that moved get the new one. */
  async function discover() {
    const box = h('dialog.wide')
    const close = h('form', { method: 'dialog' }, h('div.row', h('button', {}, t('video.close'))))
    fill(box, h('h2', t('video.discover')), h('p.soft', { role: 'status' }, t('video.discovering')), close)
    box.onclose = () => box.remove()
    document.body.append(box)
    box.showModal()
    const go = (camera) => async () => {
      box.close()
      if (!camera.moved) { form(camera); return }
      await act('video/change', { no: camera.no, ip: camera.ip, port: camera.port, user: camera.user, password: '' }, t('video.followed', { name: camera.device }))
    }
    try {
      const { cameras } = await call('video/discover', {})
      fill(box, h('h2', t('video.discover')), cameras.length ? table([
        { title: t('video.name'), cell: (one) => h('div', one.name || one.hardware || one.ip, one.hardware ? h('div.sub', one.hardware) : null) },
        { title: t('address'), cell: (one) => h('span.mono', `${one.ip}:${one.port}`) },
        { title: '', act: true, cell: (one) => (one.no && !one.moved ? h('span.soft', t('video.there_as', { name: one.device })) : h('button', { onclick: go(one) }, one.moved ? t('video.follow', { name: one.device }) : t('video.add'))) },
      ], cameras) : empty('video', t('video.none_discovered'), h('p.faint', t('video.none_discovered_why'))), close)
    } catch (error) { fill(box, h('h2', t('video.discover')), h('div.note.bad', error.message), close) }
  }

  function form(camera) {
    const kind = h('select', {}, h('option', { value: 'ipc' }, t('video.ipc')), h('option', { value: 'nvr' }, t('video.nvr')))
    const model = h('select')
    const models = () => fill(model, state.models.filter((each) => each.kind === kind.value).map((each) => h('option', { value: each.code }, document.documentElement.lang === 'en' ? each.nameEn : each.name)))
    kind.onchange = models
    models()
    const protocol = h('select', {}, h('option', { value: 'hikvision' }, t('video.hikvision')), h('option', { value: 'dahua' }, t('video.dahua')), h('option', { value: 'onvif' }, 'ONVIF'))
    const inputs = {
      kind, name: h('input', { required: true, maxlength: 32, placeholder: 'SXJ-001274' }), alias: h('input', { maxlength: 64 }), model, protocol,
      ip: h('input', { required: true, maxlength: 45, placeholder: '192.168.1.64' }), port: h('input', { type: 'number', min: 1, max: 65535, value: 80, required: true }),
      user: h('input', { maxlength: 64, autocomplete: 'off' }), password: h('input', { type: 'password', maxlength: 128, autocomplete: 'new-password' }), remark: h('input', { maxlength: 200, placeholder: '"CategoryCode":"community/security/ipcamera"' }),
    }
    if (camera) { protocol.value = 'onvif'; inputs.ip.value = camera.ip; inputs.port.value = camera.port; inputs.alias.value = camera.name }
    const given = () => ({ endpoint: camera && inputs.ip.value === camera.ip ? camera.endpoint : '', ...Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value])), port: Number(inputs.port.value) })
    const tried = h('p.soft', { role: 'status' })
    const test = async () => {
      fill(tried, t('video.testing'))
      try {
        const said = await call('video/test', given())
        fill(tried, t('video.tested', { what: `${said.maker} ${said.model}`, n: said.cameras }))
      } catch (error) { fill(tried, error.message) }
    }
    ask(t('video.add'), (wrong) => [Object.entries(inputs).map(([name, input]) => field(t(`video.f.${name}`), input, { wrong: wrong[name] })), h('button', { type: 'button', onclick: test }, t('video.test')), tried],
      async () => {
        const said = await call('video/add', given())
        toast(t(said.why ? 'video.added_away' : 'video.added', { n: said.cameras }))
      })
  }

  /** A dialogue with a form that stays open while what was given is refused. */
  function ask(title, draw, send) {
    const box = h('dialog.wide')
    const show = (wrong = {}) => fill(box, h('form.form', {
      onsubmit: async (event) => {
        event.preventDefault()
        try { await send(); box.close(); load() } catch (error) { show({ [error.field || 'all']: error.message }) }
      },
    }, h('h2', title), wrong.all ? h('div.note.bad', { role: 'alert' }, wrong.all) : null, draw(wrong), h('div.row', h('button', { type: 'button', onclick: () => box.close() }, t('cancel')), h('button.first', {}, t('video.ok')))))
    show()
    box.onclose = () => box.remove()
    document.body.append(box)
    box.showModal()
  }

  function show(title, content) {
    const box = h('dialog.wide', {}, h('form', { method: 'dialog' }, h('h2', title), content, h('div.row', h('button', {}, t('video.close')))))
    box.onclose = () => box.remove()
    document.body.append(box)
    box.showModal()
  }

  load()
  return { look: () => { if (!waiting && !document.querySelector('dialog[open]')) load() } }
}
