import { h, type FunctionalComponent } from 'vue'
import { Loading } from '@element-plus/icons-vue'

export interface ButtonProps {
  type?: '' | 'default' | 'primary' | 'success' | 'warning' | 'info' | 'danger'
  size?: '' | 'small' | 'default' | 'large'
  nativeType?: 'button' | 'submit' | 'reset'
  loading?: boolean
  disabled?: boolean
  link?: boolean
  text?: boolean
  plain?: boolean
  round?: boolean
}

/** While it loads it keeps the focus, which a disabled button would lose, and does nothing. */
function swallow(event: Event): void {
  event.preventDefault()
  event.stopImmediatePropagation()
}

/**
 * Element Plus's button as it is drawn, without what it may also ask of a form or a group around it: a list has two of
 * them a row, and each cost as much as the rest of its row.
 */
export const LightButton: FunctionalComponent<ButtonProps, { click: (event: MouseEvent) => void }> = (
  props,
  { slots },
) => {
  const off = props.disabled || props.loading
  const state = [
    props.disabled && 'is-disabled',
    props.loading && 'is-loading',
    props.link && 'is-link',
    props.text && 'is-text',
    props.plain && 'is-plain',
    props.round && 'is-round',
  ]
  return h(
    'button',
    {
      type: props.nativeType ?? 'button',
      class: [
        'el-button',
        props.type && `el-button--${props.type}`,
        props.size && `el-button--${props.size}`,
        state,
      ],
      disabled: props.disabled,
      'aria-disabled': off ? 'true' : 'false',
      onClick: props.loading ? swallow : undefined,
    },
    [
      props.loading ? h('i', { class: 'el-icon is-loading' }, [h(Loading)]) : null,
      slots.default ? h('span', slots.default()) : null,
    ],
  )
}
LightButton.props = {
  type: String,
  size: String,
  nativeType: String,
  loading: Boolean,
  disabled: Boolean,
  link: Boolean,
  text: Boolean,
  plain: Boolean,
  round: Boolean,
} as never
