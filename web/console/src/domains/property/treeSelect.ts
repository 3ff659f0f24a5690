import 'element-plus/es/components/tree-select/style/css'
export { ElTreeSelect as default } from 'element-plus/es'
