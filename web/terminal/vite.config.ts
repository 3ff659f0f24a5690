import { phoneApp } from '../phone/vite/app.ts'

export default phoneApp({ app: 'terminal', base: '/terminal/', home: '/src/domains/main/MainPage.vue' })
