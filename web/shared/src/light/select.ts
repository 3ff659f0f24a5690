import {
  computed,
  defineComponent,
  h,
  inject,
  nextTick,
  ref,
  shallowRef,
  useId,
  watch,
  Fragment,
  type PropType,
  type VNode,
} from 'vue'
import type { ElSelect } from 'element-plus'
import { formItemContextKey } from 'element-plus/es/components/form/src/constants.mjs'
import { ArrowDown } from '@element-plus/icons-vue'
import { onElement } from './attributes'
import { usePress } from './press'

type Slots = Readonly<Record<string, ((...args: never[]) => VNode[]) | undefined>>

/** What the option with this value is called, read from the options as they are written, without making them. */
function labelOf(nodes: readonly VNode[], value: unknown): string | null {
  for (const node of nodes) {
    if (node.props?.value === value) return String(node.props?.label ?? value)
    const children = node.children
    const below = Array.isArray(children)
      ? children
      : children && typeof children === 'object'
        ? (children as Slots).default?.()
        : null
    if (node.type !== Fragment && !below) continue
    const label = below && labelOf(below as VNode[], value)
    if (label) return label
  }
  return null
}

const component = shallowRef<typeof ElSelect>()
async function make(): Promise<void> {
  component.value ??= (await import('./realSelect')).ElSelect
}

const given = (value: unknown) => value !== undefined && value !== null && value !== ''

/**
 * A select drawn closed, as it looks and as it is told to screen readers; the real one takes its place when it is
 * pointed at or gets the focus. Making one costs as much as ten rows of a list, and most are never opened.
 */
export const LazySelect = defineComponent({
  name: 'LazySelect',
  inheritAttrs: false,
  props: {
    modelValue: { type: null as unknown as PropType<unknown>, default: undefined },
    placeholder: { type: String, default: undefined },
    ariaLabel: { type: String, default: undefined },
    id: { type: String, default: undefined },
    size: { type: String, default: undefined },
    multiple: Boolean,
    filterable: Boolean,
    disabled: { type: Boolean, default: undefined },
    remote: Boolean,
    allowCreate: Boolean,
  },
  setup(props, { attrs, slots }) {
    const inForm = inject(formItemContextKey, undefined)
    const real = ref<InstanceType<typeof ElSelect>>()
    const touched = ref(false)
    const shownId = useId()
    const { onPointerdown, whenReleased } = usePress()
    let typed = ''
    // What stands in a form, or shows more than one line of text, is the real one from the start.
    const plain = computed(() => {
      const value: unknown = props.modelValue
      const many = Array.isArray(value) ? value.length > 0 : typeof value === 'object' && value !== null
      return !inForm && !many && !props.remote && !props.allowCreate && !slots.prefix && !slots.label
    })

    watch(plain, (is) => is || void make(), { immediate: true })

    async function touch(then: 'nothing' | 'focus' | 'open' = 'nothing'): Promise<void> {
      await make()
      await whenReleased()
      touched.value = true
      await nextTick()
      if (then !== 'nothing') real.value?.focus()
      // Who pressed again before the real one came would close it.
      if (then === 'open' && !real.value?.expanded) real.value?.toggleMenu()
      const input = typed && (real.value?.$el as HTMLElement | undefined)?.querySelector('input')
      if (!input) return
      // Who typed on at once typed into the stand-in.
      input.value = typed
      typed = ''
      input.dispatchEvent(new Event('input', { bubbles: true }))
    }

    /** Who presses a key at once opens the list that is on its way. */
    function onKeydown(event: KeyboardEvent): void {
      if (event.key !== 'Enter' && event.key !== 'ArrowDown') return
      event.preventDefault()
      void touch('open')
    }

    function closed(): VNode {
      const value: unknown = props.modelValue
      const chosen = given(value) && !Array.isArray(value)
      const text = chosen ? (labelOf(slots.default?.() ?? [], value) ?? String(value)) : props.placeholder
      const input = h('input', {
        id: props.id,
        class: 'el-select__input',
        type: 'text',
        role: 'combobox',
        readonly: !props.filterable,
        disabled: props.disabled,
        autocomplete: 'off',
        spellcheck: 'false',
        onInput: (event: Event) => (typed = (event.target as HTMLInputElement).value),
        style: { minWidth: '11px' },
        'aria-label': props.ariaLabel,
        'aria-describedby': shownId,
        'aria-expanded': 'false',
        'aria-haspopup': 'listbox',
        'aria-autocomplete': 'none',
      })
      const hidden = (!props.filterable || props.disabled) && 'is-hidden'
      return h(
        'div',
        {
          ...onElement(attrs),
          class: ['el-select', props.size && `el-select--${props.size}`, attrs.class],
          onPointerenter: () => touch(),
          onPointerdown,
          onFocusin: () => touch('focus'),
          onKeydown,
          onClick: () => touch('open'),
        },
        [
          h(
            'div',
            {
              class: [
                'el-select__wrapper',
                'el-tooltip__trigger',
                props.filterable && 'is-filterable',
                props.disabled && 'is-disabled',
              ],
            },
            [
              h('div', { class: 'el-select__selection' }, [
                h('div', { class: ['el-select__selected-item el-select__input-wrapper', hidden] }, [input]),
                h(
                  'div',
                  {
                    id: shownId,
                    class: ['el-select__selected-item el-select__placeholder', !chosen && 'is-transparent'],
                  },
                  [h('span', text)],
                ),
              ]),
              h('div', { class: 'el-select__suffix' }, [
                h('i', { class: 'el-icon el-select__caret el-select__icon', 'aria-hidden': 'true' }, [
                  h(ArrowDown),
                ]),
              ]),
            ],
          ),
        ],
      )
    }

    return () =>
      component.value && (touched.value || !plain.value)
        ? h(component.value, { ...attrs, ...props, ref: real } as never, slots)
        : closed()
  },
}) as unknown as typeof ElSelect
