import type { ComponentResolver } from 'unplugin-vue-components'

/** Parts of Element Plus that pages draw through a lighter stand-in, and the style that is needed before it is used. */
const STAND_INS: Record<string, { name: string; style?: string }> = {
  ElButton: { name: 'LightButton', style: 'button' },
  ElDialog: { name: 'LazyDialog' },
  ElDrawer: { name: 'LazyDrawer' },
  ElOption: { name: 'LightOption', style: 'option' },
  ElSelect: { name: 'LazySelect', style: 'select' },
}

/** `<el-button>` in a template is `LightButton`, and so on: pages are written as Element Plus's own guide says. */
export function lightParts(): ComponentResolver {
  return {
    type: 'component',
    resolve(name) {
      const found = STAND_INS[name]
      if (!found) return undefined
      return {
        name: found.name,
        from: '@linli/shared/light',
        sideEffects: found.style && `element-plus/es/components/${found.style}/style/css`,
      }
    },
  }
}
