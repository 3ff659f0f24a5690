import type { ComponentResolver } from 'unplugin-vue-components'

/** Parts of Element Plus that pages draw through a lighter stand-in, and the style that is needed before it is used. */
const STAND_INS: Record<string, { name: string; style?: string }> = {
  ElButton: { name: 'LightButton', style: 'button' },
  ElDialog: { name: 'LazyDialog' },
  ElDrawer: { name: 'LazyDrawer' },
  ElOption: { name: 'LightOption' },
  ElSelect: { name: 'LazySelect', style: 'select' },
}

/** Every part that is Element Plus's own knows its language before it is drawn (`shared/src/light/element.ts`). */
export function withLanguage(resolvers: ComponentResolver | ComponentResolver[]): ComponentResolver[] {
  return [resolvers].flat().map((resolver) => {
    if (typeof resolver === 'function') return resolver
    return {
      ...resolver,
      async resolve(name) {
        const found = await resolver.resolve(name)
        if (!found || typeof found === 'string') return found
        return { ...found, sideEffects: [found.sideEffects ?? [], '@linli/shared/element'].flat() }
      },
    }
  })
}

/** `<el-button>` in a template is `LightButton`, and so on: pages are written as Element Plus's own guide says. */
export function lightParts(): ComponentResolver {
  return {
    type: 'component',
    resolve(name) {
      const standIn = STAND_INS[name]
      if (!standIn) return undefined
      return {
        name: standIn.name,
        from: '@linli/shared/light',
        sideEffects: standIn.style && `element-plus/theme-chalk/el-${standIn.style}.css`,
      }
    },
  }
}
