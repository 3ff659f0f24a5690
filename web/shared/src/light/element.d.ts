declare module 'element-plus/es/components/select/src/option2.mjs' {
  const option: unknown
  export default option
}
