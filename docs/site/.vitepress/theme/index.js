import { useData } from 'vitepress'
// The system's fonts: a page asks nobody for anything.
import DefaultTheme from 'vitepress/theme-without-fonts'
import { h, nextTick, onMounted, watch } from 'vue'
import './entrada.css'

export default {
  extends: DefaultTheme,
  Layout: {
    setup() {
      const { frontmatter } = useData()
      onMounted(() => watch(frontmatter, () => nextTick(nameMain), { immediate: true }))
      return () => h(DefaultTheme.Layout)
    },
  },
}

/** The theme marks the main part of every page but the first. */
function nameMain() {
  const content = document.getElementById('VPContent')
  if (content?.classList.contains('is-home')) content.setAttribute('role', 'main')
  else content?.removeAttribute('role')
}
