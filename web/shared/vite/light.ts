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
      const standIn = STAND_INS[name]
      if (!standIn) return undefined
      return {
        name: standIn.name,
        from: '@linli/shared/light',
        sideEffects: standIn.style && `element-plus/es/components/${standIn.style}/style/css`,
      }
    },
  }
}
