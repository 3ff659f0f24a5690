import { collect } from '@linli/shared'

/** Texts of all further rooms. */
export default {
  messages: collect(
    import.meta.glob<Record<string, unknown>>(
      [
        '../domains/*/strings/zh-CN.json',
        '!../domains/{entry,hubs,notices}/strings/zh-CN.json',
        '!../domains/{doors,people,usergroups,listimports,faces,history,visitors,vehicles,overview,credentials}/strings/zh-CN.json',
      ],
      { eager: true, import: 'default' },
    ),
  ),
}
