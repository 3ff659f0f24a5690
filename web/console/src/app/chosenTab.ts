import type { App, ComponentPublicInstance } from 'vue'

type Scrolled = { scrollToActiveTab?: () => Promise<void> } | null

/** Bars that somebody has moved: they stay where they were put. */
const moved = new WeakSet<Element>()

/**
 * The library looks for the chosen tab before it knows that the bar is wider than the screen, and then no more: a page
 * opened on a late tab would show the first ones.
 */
export function keepChosenTabInSight(app: App): void {
  const show = function (this: ComponentPublicInstance): void {
    if (this.$options.name !== 'ElTabNav' || moved.has(this.$el as Element)) return
    void (this.$.exposed as Scrolled)?.scrollToActiveTab?.()
  }
  app.mixin({
    mounted(this: ComponentPublicInstance): void {
      if (this.$options.name !== 'ElTabNav') return
      const bar = this.$el as HTMLElement
      for (const kind of ['pointerdown', 'wheel', 'keydown'] as const)
        bar.addEventListener(kind, () => moved.add(bar), { once: true, passive: true })
    },
    updated: show,
  })
}
