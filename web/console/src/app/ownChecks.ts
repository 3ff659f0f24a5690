/**
 * Forms say what is wrong beside the field, in the page's language. The browser's own checks come before that: a number
 * between two steps of its field would keep a form from being sent, with a bubble in the browser's words or none at all.
 * Pressing Enter clicks the form's button too, so this one listener is enough.
 */
export function leaveChecksToThePage(): void {
  document.addEventListener(
    'click',
    (event) => {
      const button = event.target instanceof Element ? event.target.closest('button') : null
      if (button?.type === 'submit' && button.form) button.form.noValidate = true
    },
    true,
  )
}
