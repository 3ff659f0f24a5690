export { ElSelect } from 'element-plus/es'
