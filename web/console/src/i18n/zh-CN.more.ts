import { collect } from '@linli/shared'

/** Texts of all further rooms. */
export default {
  messages: collect(
    import.meta.glob<Record<string, unknown>>(
      [
        '../domains/*/strings/zh-CN.json',
        '!../domains/{entry,hubs}/strings/zh-CN.json',
        '!../domains/{doors,people,usergroups,listimports,faces,history,visitors,vehicles,overview,credentials,devices,notices,property}/strings/zh-CN.json',
      ],
      { eager: true, import: 'default' },
    ),
  ),
}
