/** Every part of Element Plus imports this: it has its language before it is drawn. */
import { provideGlobalConfig } from 'element-plus/es/components/config-provider/src/hooks/use-global-config.mjs'
import { real } from './real'

if (real.app && real.config) provideGlobalConfig(real.config, real.app, true)
