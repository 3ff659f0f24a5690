/** What phone apps share with the console: no component of Element Plus comes with it. */
export { ApiProblem, asProblem } from './problem'
export { useResource, type Resource } from './composables/useResource'
export { useAction, type Action } from './composables/useAction'
export { useFormat } from './composables/useFormat'
export { fetchEarly, forgetAsked } from './early'
export { fetchPages } from './pages'
export { useNow } from './composables/useNow'
export { useLive, type Live, type LiveEvent, type LiveState } from './composables/useLive'
