import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

export default ts.config(
  { ignores: ['**/schema.d.ts', '**/components.d.ts', '**/node_modules/**'] },
  ...ts.configs.strict,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.{ts,vue}'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      // Prettier lays lines out.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off',
      'vue/no-v-html': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
    },
  },
  {
    files: ['console/src/**'],
    ignores: ['console/src/app/messages.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'element-plus',
              allowTypeImports: true,
              message: 'Write <el-…> in the template. Toasts and message boxes: @/app/messages.',
            },
          ],
          patterns: [
            {
              group: ['element-plus/es/components/message', 'element-plus/es/components/message-box'],
              message: 'Import them from @/app/messages.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['console/src/**/*.vue'],
    rules: {
      'vue/no-restricted-syntax': [
        'error',
        // What ends a form and cannot be pressed says what is missing.
        ...[
          "[key.name='type'][value.value=/^(primary|danger)$/]",
          "[key.name='native-type'][value.value='submit']",
        ].map((ends) => ({
          selector: `VElement[name='el-button'] > VStartTag:has(> VAttribute[key.argument.name='disabled']):has(> VAttribute${ends}):not(:has(> VAttribute[key.name='link']))`,
          message: 'Use SubmitButton: it says what is missing.',
        })),
        {
          selector:
            "VElement[name='el-switch'] > VStartTag:not(:has(> VAttribute[key.name='aria-label'])):not(:has(> VAttribute[key.argument.name='aria-label'])):not(:has(> VAttribute[key.name='id']))",
          message: 'Give the switch an aria-label: the text beside it names it only for eyes.',
        },
      ],
    },
  },
  {
    files: ['{resident,staff,phone}/src/**/*.vue'],
    ignores: ['phone/src/components/SubmitLine.vue'],
    rules: {
      'vue/no-restricted-syntax': [
        'error',
        {
          selector:
            "VElement[name='van-button'] > VStartTag:has(> VAttribute[key.argument.name='disabled']):has(> VAttribute[key.name='native-type'][value.value='submit'])",
          message: 'Use SubmitLine: it says what is missing.',
        },
      ],
    },
  },
  {
    files: ['console/src/domains/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'Call the typed client in @/api/client.' },
      ],
    },
  },
)
