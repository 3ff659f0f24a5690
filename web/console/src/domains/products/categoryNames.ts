import type { Category } from './useProducts'

/** The name of this level in the reader's language; a tenant's own have one name. */
export function nameOf(category: Category, language: string): string {
  return (language === 'en' && category.english) || category.name
}

/** All levels, outermost first. */
export function fullNameOf(all: readonly Category[], path: string, language: string): string {
  const levels = path.split('/')
  return levels
    .map((_, at) => {
      const category = all.find((category) => category.path === levels.slice(0, at + 1).join('/'))
      return category ? nameOf(category, language) : levels[at]
    })
    .join(' / ')
}
