import { collect } from '@linli/shared'

/** Texts of all further rooms. */
export default {
  messages: collect(
    import.meta.glob<Record<string, unknown>>(
      [
        '../domains/*/strings/en.json',
        '!../domains/{entry,hubs}/strings/en.json',
        '!../domains/{doors,people,usergroups,listimports,faces,history,visitors,vehicles,overview,credentials,devices,notices,property}/strings/en.json',
      ],
      { eager: true, import: 'default' },
    ),
  ),
}
