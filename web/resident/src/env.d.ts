/// <reference types="vite/client" />
/// <reference types="./components.d.ts" />
