/** Apart from the rest: only pages that draw a code load what draws it. */
export { default as QrPicture } from './components/QrPicture.vue'
