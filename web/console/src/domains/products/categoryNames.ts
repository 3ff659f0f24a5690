import type { Category } from './useProducts'

/** The name of this level in the reader's language; a tenant's own have one name. */
export function nameOf(one: Category, language: string): string {
  return (language === 'en' && one.english) || one.name
}

/** All levels, outermost first. */
export function fullNameOf(all: readonly Category[], path: string, language: string): string {
  const levels = path.split('/')
  return levels
    .map((_, at) => {
      const one = all.find((category) => category.path === levels.slice(0, at + 1).join('/'))
      return one ? nameOf(one, language) : levels[at]
    })
    .join(' / ')
}
