"""What the box works with: brands and models that were integrated, and what each brand needs. Spec C 8.7, 9."""
