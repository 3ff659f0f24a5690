declare module 'element-plus/es/components/select/src/option2.mjs' {
  import type { Component } from 'vue'
  const option: Component
  export default option
}
