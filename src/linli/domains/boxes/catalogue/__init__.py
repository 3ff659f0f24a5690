"""The devices that boxes work with: integrated brands and models, and the needs of each brand. Spec C 8.7, 9."""
