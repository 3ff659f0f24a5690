import './element'
import 'element-plus/es/components/select/style/css'
import option from 'element-plus/es/components/select/src/option2.mjs'
import { real } from './real'
export { ElSelect } from 'element-plus/es'

real.option = option
