import { mount } from '@vue/test-utils'
import { createI18n } from 'vue-i18n'
import { describe, expect, it } from 'vitest'
import { DataTable, type Column } from '@linli/shared'
import shared from '@linli/shared/strings/en.json'

interface Row {
  id: number
  name: string
}
const columns: Column<Row>[] = [
  { key: 'name', title: 'Name', value: (row) => row.name, sortable: true },
  { key: 'id', title: 'Number', value: (row) => row.id },
]
const i18n = createI18n({ legacy: false, locale: 'en', messages: { en: { shared } } })

function table(props: Record<string, unknown>) {
  return mount(DataTable<Row>, {
    props: { rows: [], columns, rowKey: (row: Row) => row.id, caption: 'Things', ...props },
    slots: { empty: 'nothing here' },
    global: { plugins: [i18n] },
  })
}

describe('DataTable', () => {
  it('shows bones while it waits, then rows, then what an empty list teaches', async () => {
    const wrapper = table({ rows: null })
    expect(wrapper.findAll('tr.skeleton')).toHaveLength(6)
    await wrapper.setProps({ rows: [{ id: 7, name: 'door' }] })
    expect(wrapper.find('tbody').text()).toContain('door')
    await wrapper.setProps({ rows: [] })
    expect(wrapper.text()).toContain('nothing here')
  })

  it('turns a column up, down and off, and says so to screen readers', async () => {
    const wrapper = table({ rows: [{ id: 7, name: 'door' }] })
    const press = () => wrapper.find('button.sort').trigger('click')
    await press()
    await wrapper.setProps({ sort: 'name' })
    expect(wrapper.find('th').attributes('aria-sort')).toBe('ascending')
    await press()
    await wrapper.setProps({ sort: '-name' })
    await press()
    expect(wrapper.emitted('sort')).toEqual([['name'], ['-name'], ['']])
  })

  it('hides the columns that were put away', () => {
    expect(table({ hidden: ['id'] }).findAll('th')).toHaveLength(1)
  })
})
