import type { App, ComponentPublicInstance } from 'vue'

/** What takes a value of its own and may be told to be required, by ARIA; radios are told by their group. */
const CONTROLS =
  'input:not([type=hidden], [type=file], [type=radio], [type=checkbox]), textarea, select, [role=radiogroup]'

let chosen = 0

/**
 * What the library's fields show but do not say. A select draws its choice beside its box, which stays empty: the choice
 * becomes the box's description. A form's item marks a required field with a star only: its field is told so too.
 */
export function letFieldsBeHeard(app: App): void {
  const hear = function (this: ComponentPublicInstance): void {
    const name = this.$options.name
    if (name === 'ElSelect') describeChoice(this.$el as HTMLElement)
    else if (name === 'ElFormItem') tellRequired(this.$el as HTMLElement)
  }
  app.mixin({ mounted: hear, updated: hear })
}

function describeChoice(select: HTMLElement): void {
  const ids = [...select.querySelectorAll('.el-select__selected-item:not(.el-select__input-wrapper)')].map(
    (shown) => (shown.id ||= `chosen-${++chosen}`),
  )
  const box = select.querySelector('input')
  if (ids.length) box?.setAttribute('aria-describedby', ids.join(' '))
  else box?.removeAttribute('aria-describedby')
}

function tellRequired(item: HTMLElement): void {
  const required = item.classList.contains('is-required')
  for (const control of item.querySelectorAll(CONTROLS)) {
    if (control.closest('.el-form-item') !== item) continue
    if (required) control.setAttribute('aria-required', 'true')
    else control.removeAttribute('aria-required')
  }
}
