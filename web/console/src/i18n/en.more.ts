import { collect } from './collect'

/** Texts of all further rooms. */
export default {
  messages: collect(
    import.meta.glob<Record<string, unknown>>(
      [
        '../domains/*/strings/en.json',
        '!../domains/{entry,notices}/strings/en.json',
        '!../domains/{doors,people,usergroups,listimports,faces,history,visitors,vehicles,overview,credentials,hubs}/strings/en.json',
      ],
      { eager: true, import: 'default' },
    ),
  ),
}
