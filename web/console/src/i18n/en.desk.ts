import { collect } from './collect'

/** Texts of the pages that are open all day; `tests/texts.test.ts` finds a room that one of them uses and lacks here. */
export default {
  messages: collect(
    import.meta.glob<Record<string, unknown>>(
      '../domains/{doors,people,usergroups,listimports,faces,history,visitors,vehicles,overview,credentials,hubs}/strings/en.json',
      { eager: true, import: 'default' },
    ),
  ),
}
