import { collect } from '@linli/shared'

/** Texts of all further rooms. */
export default {
  messages: collect(
    import.meta.glob<Record<string, unknown>>(
      [
        '../domains/*/strings/en.json',
        '!../domains/{entry,hubs,notices}/strings/en.json',
        '!../domains/{doors,people,usergroups,listimports,faces,history,visitors,vehicles,overview,credentials}/strings/en.json',
      ],
      { eager: true, import: 'default' },
    ),
  ),
}
